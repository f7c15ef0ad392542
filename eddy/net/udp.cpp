// SPDX-License-Identifier: MIT
#include "eddy/net/udp.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>

#include "eddy/base/error.h"
#include "eddy/io/scratch.h"
#include "eddy/net/detail/sockets.h"
#include "eddy/net/resolve.h"
#include "eddy/sys/fd.h"

namespace eddy {

namespace detail {

namespace {

constexpr std::size_t kDatagramMax = 65'536;
static_assert(kScratchBytes >= kDatagramMax);
constexpr std::size_t kBatchMax = 64;

int answer(ssize_t result) noexcept { return result >= 0 ? static_cast<int>(result) : -errno; }

/// A message of one piece, with room for the other end's address.
struct Message {
  void aim_at(void* memory, std::size_t size) noexcept {
    piece = {memory, size};
    header = {};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
  }
  void receive_address() noexcept {
    header.msg_name = &address;
    header.msg_namelen = sizeof address;
  }
  Address from() const noexcept {
    return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&address), header.msg_namelen);
  }
  iovec piece;
  msghdr header;
  sockaddr_storage address;
};

void send_to(msghdr& header, const Address& to) noexcept {
  if (!to) return;
  header.msg_name = const_cast<sockaddr*>(to.data());
  header.msg_namelen = to.size();
}

}  // namespace

int ReceiveInto::operator()(int fd) noexcept {
  Message message;
  message.aim_at(memory.data(), memory.size());
  message.receive_address();
  const int got = answer(::recvmsg(fd, &message.header, MSG_DONTWAIT | MSG_TRUNC));
  if (got < 0) return got;
  received.size = static_cast<std::size_t>(got);
  received.from = message.from();
  return got;
}

int ReceiveOne::operator()(int fd) {
  const std::span<char> memory = scratch();
  ReceiveInto call{std::as_writable_bytes(memory), {}};
  const int got = call(fd);
  if (got < 0) return got;
  datagram.bytes.assign(memory.data(), call.received.size);
  datagram.address = call.received.from;
  return got;
}

int ReceiveMany::operator()(int fd) {
  if (max == 0) return 0;
  static thread_local std::vector<std::byte> memory(kBatchMax * kDatagramMax);
  std::array<Message, kBatchMax> messages;
  std::array<mmsghdr, kBatchMax> headers{};
  const std::size_t count = std::min(max, kBatchMax);
  for (std::size_t i = 0; i != count; ++i) {
    messages[i].aim_at(memory.data() + i * kDatagramMax, kDatagramMax);
    messages[i].receive_address();
    headers[i].msg_hdr = messages[i].header;
  }
  const int got = answer(::recvmmsg(fd, headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT, nullptr));
  for (int i = 0; i < got; ++i) {
    const mmsghdr& header = headers[static_cast<std::size_t>(i)];
    const auto* bytes = static_cast<const char*>(header.msg_hdr.msg_iov->iov_base);
    datagrams.emplace_back(
        std::string(bytes, header.msg_len),
        Address::from_sockaddr(static_cast<const sockaddr*>(header.msg_hdr.msg_name), header.msg_hdr.msg_namelen));
  }
  return got;
}

int SendOne::operator()(int fd) const noexcept {
  Message message;
  message.aim_at(const_cast<char*>(bytes.data()), bytes.size());
  detail::send_to(message.header, to);
  return answer(::sendmsg(fd, &message.header, MSG_DONTWAIT | MSG_NOSIGNAL));
}

// What has gone is forgotten, so that the next attempt goes on where this one had to stop.
int SendMany::operator()(int fd) {
  while (!datagrams.empty()) {
    std::array<Message, kBatchMax> messages;
    std::array<mmsghdr, kBatchMax> headers{};
    const std::size_t count = std::min(datagrams.size(), kBatchMax);
    for (std::size_t i = 0; i != count; ++i) {
      messages[i].aim_at(const_cast<char*>(datagrams[i].bytes.data()), datagrams[i].bytes.size());
      detail::send_to(messages[i].header, datagrams[i].address);
      headers[i].msg_hdr = messages[i].header;
    }
    const int sent = answer(::sendmmsg(fd, headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL));
    if (sent < 0) return sent;
    datagrams = datagrams.subspan(static_cast<std::size_t>(sent));
  }
  return 0;
}

namespace {

sys::Fd make_udp(const Address& for_address, const UdpOptions& options, const std::string& doing) {
  if (!for_address) throw RuntimeError(doing + ": no address was given");
  sys::Fd socket =
      sys::check_fd(::socket(for_address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), doing.c_str());
  const int fd = socket.get();
  if (options.reuse_port) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "setsockopt(SO_REUSEPORT)");
  if (options.broadcast) set_option(fd, SOL_SOCKET, SO_BROADCAST, 1, "setsockopt(SO_BROADCAST)");
  if (options.send_buffer) set_option(fd, SOL_SOCKET, SO_SNDBUF, *options.send_buffer, "setsockopt(SO_SNDBUF)");
  if (options.receive_buffer) set_option(fd, SOL_SOCKET, SO_RCVBUF, *options.receive_buffer, "setsockopt(SO_RCVBUF)");
  return socket;
}

}  // namespace

}  // namespace detail

UdpSocket UdpSocket::bind(const Address& at, const UdpOptions& options) {
  const std::string doing = "bind UDP " + at.to_string();
  sys::Fd socket = detail::make_udp(at, options, doing);
  sys::check(::bind(socket.get(), at.data(), at.size()), doing.c_str());
  const Address local = Address::local_of(socket.get());
  return UdpSocket(std::make_unique<detail::ReadyFd>(std::move(socket), "UDP " + local.to_string()));
}

UdpSocket UdpSocket::connect(const Address& to, const UdpOptions& options) {
  const std::string doing = "connect UDP to " + to.to_string();
  sys::Fd socket = detail::make_udp(to, options, doing);
  sys::check(::connect(socket.get(), to.data(), to.size()), doing.c_str());
  return UdpSocket(std::make_unique<detail::ReadyFd>(std::move(socket), "UDP to " + to.to_string()));
}

Task<UdpSocket> UdpSocket::bind(std::string host, std::uint16_t port, UdpOptions options) {
  if (host.empty()) co_return bind(Address::ip("0.0.0.0", port), options);
  const std::vector<Address> addresses = co_await resolve(host, port);
  co_return bind(addresses.front(), options);
}

Task<UdpSocket> UdpSocket::connect(std::string host, std::uint16_t port, UdpOptions options) {
  const std::vector<Address> addresses = co_await resolve(host, port);
  co_return connect(addresses.front(), options);
}

void UdpSocket::join_multicast(const Address& group) { change_membership(group, true); }
void UdpSocket::leave_multicast(const Address& group) { change_membership(group, false); }

void UdpSocket::change_membership(const Address& group, bool join) {
  group_req request{};
  std::copy_n(reinterpret_cast<const char*>(group.data()), group.size(), reinterpret_cast<char*>(&request.gr_group));
  const int level = group.family() == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const int option = join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP;
  const std::string doing = (join ? "join multicast group " : "leave multicast group ") + group.host();
  sys::check(::setsockopt(fd(), level, option, &request, sizeof request), doing.c_str());
}

void UdpSocket::close() noexcept {
  if (state_) state_->close();
}
Address UdpSocket::local_address() const noexcept { return Address::local_of(fd()); }
Address UdpSocket::peer_address() const noexcept { return Address::peer_of(fd()); }

}  // namespace eddy
