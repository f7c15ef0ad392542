// An echo server on two loops: each has a listener of its own on the same port (SO_REUSEPORT), on plain sockets.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "eddy/eddy.h"

using eddy::Task;

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Socket open_socket() { return Socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket")); }

sockaddr_in local(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Socket listen_on(std::uint16_t port) {
  Socket socket = open_socket();
  int on = 1;
  check(::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), "SO_REUSEPORT");
  sockaddr_in address = local(port);
  check(::bind(socket.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  check(::listen(socket.fd(), 64), "listen");
  return socket;
}

std::uint16_t port_of(const Socket& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  check(::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

Task<std::string> read_some(const Socket& socket) {  // empty at the end
  co_await eddy::readable(socket.fd());
  std::string text(256, '\0');
  auto size = check(static_cast<int>(::recv(socket.fd(), text.data(), text.size(), 0)), "recv");
  text.resize(static_cast<std::size_t>(size));
  co_return text;
}

Task<> write_all(const Socket& socket, std::string_view text) {
  while (!text.empty()) {
    co_await eddy::writable(socket.fd());
    int size = check(static_cast<int>(::send(socket.fd(), text.data(), text.size(), MSG_NOSIGNAL)), "send");
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

Task<> echo(Socket client) {
  for (;;) {
    std::string text = co_await read_some(client);
    if (text.empty()) co_return;
    co_await write_all(client, text);
  }
}

Task<> serve(Socket listener) {  // one of them on each loop
  co_await eddy::task_group([&](eddy::TaskGroup& clients) -> Task<> {
    for (;;) {
      co_await eddy::readable(listener.fd());
      int fd = ::accept4(listener.fd(), nullptr, nullptr, SOCK_NONBLOCK);
      if (fd >= 0) clients.create_task(echo, Socket(fd));
    }
  });
}

Task<std::string> ask(std::uint16_t port, std::string text) {
  Socket socket = open_socket();
  sockaddr_in address = local(port);
  if (::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 && errno != EINPROGRESS) {
    check(-1, "connect");
  }
  co_await write_all(socket, text);
  std::string answer;
  while (answer.size() < text.size()) answer += co_await read_some(socket);
  co_return answer;
}

Task<> client(std::uint16_t port, eddy::Runtime& runtime) {
  int right = 0;
  for (int i = 0; i < 20; ++i) {
    std::string text = "hello " + std::to_string(i);
    std::string answer = co_await ask(port, text);
    right += answer == text;
  }
  std::cout << right << " of 20 answers are right\n";
  runtime.stop();  // cancels the servers, which close their sockets
}

int main() {
  Socket first = listen_on(0);  // any port that is free
  std::uint16_t port = port_of(first);
  Socket second = listen_on(port);

  eddy::Runtime runtime{2};
  runtime.spawn_on(0, serve, std::move(first));
  runtime.spawn_on(1, serve, std::move(second));
  runtime.spawn_on(0, client, port, std::ref(runtime));
  runtime.run();
  std::cout << "served\n";
}
