// SPDX-License-Identifier: MIT
#include "eddy/net/listener.h"

#include <cerrno>
#include <exception>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/core/running.h"
#include "eddy/io/stream_error.h"
#include "eddy/net/detail/sockets.h"
#include "eddy/sys/poller.h"
#include "eddy/sys/watch.h"

namespace eddy {

namespace detail {

class ListenerState final : public sys::Watch {
 public:
  ListenerState(sys::Fd socket, Input how, const ListenOptions& options, sys::Poller& on)
      : Watch(socket.get(), how),
        socket_(std::move(socket)),
        address(Address::local_of(socket_.get())),
        options_(options.socket) {
    on.attach(*this);
  }
  ~ListenerState() { close(); }

  void close() noexcept {
    if (!socket_) return;
    if (poller) poller->detach(*this);
    remove_file();
    socket_.reset();
    if (waiters.empty()) return;
    waiters.end(
        std::make_exception_ptr(ClosedError("accept() at " + address.to_string() + ": the listener was closed")));
  }

  bool is_open() const noexcept { return static_cast<bool>(socket_); }

  // A Stream, or an empty one when nobody is there.
  Stream accept() {
    if (!is_open()) throw ClosedError("accept() at " + address.to_string() + ": the listener is closed");
    if (!poller || poller != &running.loop->poller()) {
      throw RuntimeError("accept() at " + address.to_string() +
                         ": the listener belongs to another event loop, or to one that is closed");
    }
    const int got = poller->accept(*this);
    if (got == -EAGAIN) return {};
    if (got < 0) sys::throw_error(("accept() at " + address.to_string()).c_str(), -got);
    sys::Fd socket(got);
    const Address peer = Address::peer_of(got);
    if (peer.is_ip() || options_.send_buffer || options_.receive_buffer) set_options(got, options_);
    return stream_from_socket(std::move(socket), name_of(peer));
  }

  void own_file() {
    struct stat file{};
    const std::string path = address.host();
    if (!address.is_unix() || path.empty() || path.front() == '@' || ::stat(path.c_str(), &file) != 0) return;
    file_ = file.st_ino;
  }

  TurnLine waiters;

 private:
  void input_changed() noexcept override { waiters.try_again(); }
  void output_changed() noexcept override {}

  // A Unix socket's client has no address, and one that has gone again no longer has one.
  std::string name_of(const Address& peer) const {
    return peer.is_ip() ? peer.to_string() : "a client of " + address.to_string();
  }

  void remove_file() const noexcept {
    struct stat file{};
    const std::string path = address.host();
    if (file_ != 0 && ::stat(path.c_str(), &file) == 0 && file.st_ino == file_) ::unlink(path.c_str());
  }

  sys::Fd socket_;

 public:
  const Address address;

 private:
  SocketOptions options_;
  ino_t file_ = 0;  ///< of a Unix socket, to remove it if it is still ours
};

namespace {

ListenerState& open_state(ListenerState* state) {
  if (!state) throw ClosedError("accept(): this listener is empty: it was moved from, or never opened");
  return *state;
}

}  // namespace

bool Accept::may_try() noexcept { return !state_ || state_->waiters.is_turn_of(*this); }

TryOp::Progress Accept::attempt() {
  accepted_ = open_state(state_).accept();
  return accepted_.is_open() ? kDone : kBlocked;
}

void Accept::join() { open_state(state_).waiters.join(*this); }
void Accept::leave() noexcept { state_->waiters.leave(*this); }

void Accept::describe(OpDescription& to) const { to.is("accept() at", state_->address.to_string()); }

}  // namespace detail

Listener::Listener() noexcept = default;
Listener::Listener(Listener&& other) noexcept = default;
Listener& Listener::operator=(Listener&& other) noexcept = default;
Listener::~Listener() = default;

namespace {

// A file that nobody listens at is left over from a program that was killed.
void remove_left_over(const Address& at) {
  const std::string path = at.host();
  struct stat file{};
  if (path.front() == '@' || ::stat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return;
  const sys::Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.get(), at.data(), at.size()) != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash + 1);
}

// Whoever looks for a left-over file must not meet another program's between its bind and its listen, which looks the
// same, nor remove the one that has just taken its place: those who start in one directory take turns, by a lock that
// leaves nothing behind. A directory that cannot be locked, or that somebody else keeps locked, is no reason to fail.
sys::Fd take_turn_at(const Address& at) {
  const std::string path = at.host();
  if (path.front() == '@') return {};
  sys::Fd directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int tries = 0; directory && tries != 50; ++tries) {
    if (::flock(directory.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) break;
    ::poll(nullptr, 0, 1);
  }
  return directory;
}

sys::Fd bind_socket(const Address& at, const ListenOptions& options) {
  const std::string doing = "listen at " + at.to_string();
  if (!at) throw RuntimeError("Listener::listen(): no address was given");
  sys::Fd socket = sys::check_fd(::socket(at.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), doing.c_str());
  const sys::Fd turn = at.is_unix() ? take_turn_at(at) : sys::Fd();
  if (at.is_unix()) remove_left_over(at);
  if (at.is_ip()) detail::set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1, "setsockopt(SO_REUSEADDR)");
  if (options.reuse_port) detail::set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1, "setsockopt(SO_REUSEPORT)");
  if (at.family() == AF_INET6 && options.ipv6_only) {
    detail::set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1, "setsockopt(IPV6_V6ONLY)");
  }
  sys::check(::bind(socket.get(), at.data(), at.size()), doing.c_str());
  sys::check(::listen(socket.get(), options.backlog), doing.c_str());
  return socket;
}

constexpr auto kAhead = sys::Watch::Input::connections;
constexpr auto kOnDemand = sys::Watch::Input::connections_on_demand;

std::unique_ptr<detail::ListenerState> make_state(sys::Fd socket, sys::Watch::Input how, const ListenOptions& options) {
  sys::Poller& poller = detail::require_loop("a Listener").poller();
  return std::make_unique<detail::ListenerState>(std::move(socket), how, options, poller);
}

}  // namespace

Listener Listener::listen(const Address& at, const ListenOptions& options) {
  Listener listener;
  listener.state_ = make_state(bind_socket(at, options), options.on_demand ? kOnDemand : kAhead, options);
  listener.state_->own_file();
  return listener;
}

Listener Listener::from_fd(sys::Fd socket, const ListenOptions& options) {
  Listener listener;
  listener.state_ = make_state(std::move(socket), kOnDemand, options);
  return listener;
}

void Listener::close() noexcept {
  if (state_) state_->close();
}
bool Listener::is_open() const noexcept { return state_ && state_->is_open(); }
Address Listener::address() const noexcept { return state_ ? state_->address : Address(); }
int Listener::fd() const noexcept { return is_open() ? state_->fd : -1; }

}  // namespace eddy
