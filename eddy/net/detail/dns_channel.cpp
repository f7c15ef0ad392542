// SPDX-License-Identifier: MIT
#include "eddy/net/detail/dns_channel.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <ares.h>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/sys/operation.h"
#include "eddy/sys/poller.h"

namespace eddy::detail {

namespace {

void check(int status, const std::string& doing) {
  if (status != ARES_SUCCESS) throw RuntimeError(doing + ": " + ::ares_strerror(status));
}

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { check(::ares_library_init(ARES_LIB_INIT_ALL), "c-ares"); });
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ",") + word;
  return all;
}

}  // namespace

/// A socket of c-ares, which opens and closes it. Deletes itself: the poller may hold it a little longer than c-ares.
class DnsChannel::Socket {
 public:
  Socket(DnsChannel& channel, int number) : fd(number), channel_(&channel) {}

  /// c-ares is about to close it.
  void close() noexcept {
    channel_ = nullptr;
    input_.stop();
    output_.stop();
    delete_if_done();
  }
  void want() {
    if (readable) input_.start();
    if (writable) output_.start();
  }

  const int fd;
  bool readable = false;
  bool writable = false;

 private:
  /// One direction's readiness. Level-triggered: c-ares does not always read all there is.
  struct Readiness final : sys::Operation {
    Readiness(sys::OpKind what, Socket& of) : Operation(what, of.fd), socket(of) {}
    void start() {
      if (poller) return;
      poller = &get_running_loop().poller();
      poller->submit(*this);
    }
    void stop() noexcept {
      if (poller) poller->cancel(*this);
    }
    void complete() noexcept override {
      poller = nullptr;
      socket.on_ready(kind == sys::OpKind::poll_readable);
    }
    Socket& socket;
    sys::Poller* poller = nullptr;  ///< that holds it
  };

  void on_ready(bool input) noexcept {
    if (!channel_) return delete_if_done();
    channel_->process(input ? fd : ARES_SOCKET_BAD, input ? ARES_SOCKET_BAD : fd);
  }
  void delete_if_done() noexcept {
    if (!input_.poller && !output_.poller) delete this;
  }

  DnsChannel* channel_;
  Readiness input_{sys::OpKind::poll_readable, *this};
  Readiness output_{sys::OpKind::poll_writable, *this};
};

DnsChannel::DnsChannel(const ResolverOptions& options) {
  init_library();
  ares_options ours{};
  ours.sock_state_cb = on_socket;
  ours.sock_state_cb_data = this;
  ours.timeout = static_cast<int>(options.timeout.count());
  ours.tries = options.tries;
  check(::ares_init_options(&channel_, &ours, ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES),
        "a resolver cannot start");
  if (options.servers.empty()) return;
  const std::string servers = joined(options.servers);
  const int status = ::ares_set_servers_ports_csv(channel_, servers.c_str());
  if (status == ARES_SUCCESS) return;
  ::ares_destroy(channel_);
  check(status, "name servers \"" + servers + "\"");
}

DnsChannel::~DnsChannel() {
  timer_.cancel();
  ::ares_destroy(channel_);
}

void DnsChannel::ask(const std::string& host, Callback callback) {
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ::ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, on_answer, new Callback(std::move(callback)));
  settle();
}

void DnsChannel::on_answer(void* callback, int status, int, ares_addrinfo* found) {
  const std::unique_ptr<Callback> call(static_cast<Callback*>(callback));
  const std::unique_ptr<ares_addrinfo, decltype(&::ares_freeaddrinfo)> guard(found, &::ares_freeaddrinfo);
  DnsAnswer answer;
  int ttl = 24 * 3600;
  if (status == ARES_SUCCESS) {
    for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next) {
      answer.addresses.push_back(Address::from_sockaddr(node->ai_addr, static_cast<socklen_t>(node->ai_addrlen)));
      ttl = std::min(ttl, node->ai_ttl);
    }
    for (const ares_addrinfo_cname* name = found->cnames; name != nullptr; name = name->next) {
      ttl = std::min(ttl, name->ttl);
    }
  }
  answer.valid_for = std::chrono::seconds(std::max(ttl, 0));
  answer.unknown_name = status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_ENONAME;
  if (answer.addresses.empty()) answer.error = status == ARES_SUCCESS ? "it has no address" : ::ares_strerror(status);
  (*call)(std::move(answer));
}

void DnsChannel::on_socket(void* self, int fd, int readable, int writable) {
  static_cast<DnsChannel*>(self)->set_socket(fd, readable != 0, writable != 0);
}

void DnsChannel::set_socket(int fd, bool readable, bool writable) {
  auto at = std::find_if(sockets_.begin(), sockets_.end(), [fd](const Socket* socket) { return socket->fd == fd; });
  if (at == sockets_.end()) {
    if (!readable && !writable) return;
    sockets_.push_back(new Socket(*this, fd));
    at = std::prev(sockets_.end());
  }
  (*at)->readable = readable;
  (*at)->writable = writable;
  if (readable || writable) return;
  Socket* socket = *at;
  sockets_.erase(at);
  socket->close();
}

void DnsChannel::process(int readable, int writable) {
  ::ares_process_fd(channel_, readable, writable);
  settle();
}

// What c-ares wants next.
void DnsChannel::settle() {
  for (Socket* socket : sockets_) socket->want();
  timer_.cancel();
  timeval storage{};
  const timeval* left = ::ares_timeout(channel_, nullptr, &storage);
  if (left == nullptr) return;
  const auto delay = std::chrono::seconds(left->tv_sec) + std::chrono::microseconds(left->tv_usec);
  timer_ = get_running_loop().call_later(delay, [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
}

}  // namespace eddy::detail
