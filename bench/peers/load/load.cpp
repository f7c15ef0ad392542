// SPDX-License-Identifier: MIT
//
// The load of the network scenarios, the same for every server: on each connection one message is under way; when all
// of it has come back, the next is sent.
//
//   peer_load busy <port> <pid of the server> <connections> <bytes of a message> <seconds>
//     cpu<TAB>s<TAB>...     what one message cost the server: its CPU time in user space and kernel, all its threads
//     rate<TAB>1/s<TAB>...  messages that came back in a second
//   peer_load idle <port> <pid of the server> <connections>
//     memory<TAB>B<TAB>...  what one connection that nothing arrives at costs the server in user space: resident memory
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

int check(int result, const char* doing) {
  if (result >= 0) return result;
  std::perror(doing);
  std::exit(1);
}

void allow_many_descriptors() {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

// ---- the server's process

double cpu_seconds_of(pid_t process) {
  clockid_t clock{};
  if (::clock_getcpuclockid(process, &clock) != 0) check(-1, "clock_getcpuclockid");
  timespec time{};
  check(::clock_gettime(clock, &time), "clock_gettime");
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double resident_bytes_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// ---- connections

/// A connected socket. Closed with a reset, so that it leaves no address behind for a minute.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(fd_, reinterpret_cast<sockaddr*>(&server), sizeof server), "connect");
    const int on = 1;
    check(::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    const linger reset{1, 0};
    check(::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "SO_LINGER");
  }
  Connection(Connection&& other) noexcept : fd_(other.fd_), missing_(other.missing_) { other.fd_ = -1; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd() const { return fd_; }

  void send(std::string_view message) {
    missing_ = message.size();
    while (!message.empty()) {
      const ssize_t sent = ::send(fd_, message.data(), message.size(), MSG_NOSIGNAL);
      message.remove_prefix(static_cast<std::size_t>(check(static_cast<int>(sent), "send")));
    }
  }

  /// Takes what has come back; true once all of it has.
  bool receive() {
    static std::array<char, 64 * 1024> memory;
    const ssize_t got = ::recv(fd_, memory.data(), memory.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return false;
    if (check(static_cast<int>(got), "recv") == 0) {
      std::fputs("peer_load: the server closed a connection\n", stderr);
      std::exit(1);
    }
    missing_ -= std::min(missing_, static_cast<std::size_t>(got));
    return missing_ == 0;
  }

  bool is_first_answer() { return !std::exchange(answered_, true); }

 private:
  int fd_;
  std::size_t missing_ = 0;
  bool answered_ = false;
};

std::vector<Connection> connect(std::uint16_t port, int count) {
  std::vector<Connection> connections;
  connections.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) connections.emplace_back(port);
  return connections;
}

// ---- busy

class Load {
 public:
  Load(std::vector<Connection> connections, std::size_t bytes)
      : connections_(std::move(connections)), message_(bytes, 'x') {
    for (Connection& connection : connections_) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &connection;
      check(::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event), "epoll_ctl");
      connection.send(message_);
    }
  }

  /// Until each connection has had an answer: the server has accepted them all.
  void begin() {
    while (answered_ != connections_.size()) turn();
  }

  /// Goes on for so long; how many messages came back.
  long run(Seconds time) {
    long returned = 0;
    for (const auto end = Clock::now() + time; Clock::now() < end;) returned += turn();
    return returned;
  }

 private:
  long turn() {
    std::array<epoll_event, 256> events;
    const int ready = check(::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100), "epoll_wait");
    return std::count_if(events.begin(), events.begin() + ready, [&](const epoll_event& event) {
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      if (!connection.receive()) return false;
      if (connection.is_first_answer()) ++answered_;
      connection.send(message_);
      return true;
    });
  }

  int epoll_ = check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  std::vector<Connection> connections_;
  std::size_t answered_ = 0;
  std::string message_;
};

void busy(std::uint16_t port, pid_t server, int connections, std::size_t bytes, Seconds time) {
  Load load(connect(port, connections), bytes);
  load.begin();
  load.run(time / 5);  // warms up
  const double cpu_before = cpu_seconds_of(server);
  const auto begin = Clock::now();
  const auto returned = static_cast<double>(load.run(time));
  const Seconds taken = Clock::now() - begin;
  const double cpu = cpu_seconds_of(server) - cpu_before;
  std::printf("cpu\ts\t%.9g\nrate\t1/s\t%.9g\n", cpu / returned, returned / taken.count());
}

// ---- idle

/// Until the server has done nothing for a while: it has accepted them all.
void wait_until_quiet(pid_t server) {
  for (double before = -1, now = cpu_seconds_of(server); now != before; now = cpu_seconds_of(server)) {
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void idle(std::uint16_t port, pid_t server, int count) {
  {
    const std::vector<Connection> warm_up = connect(port, 10);
  }
  wait_until_quiet(server);
  const double before = resident_bytes_of(server);
  const std::vector<Connection> connections = connect(port, count);
  wait_until_quiet(server);
  std::printf("memory\tB\t%.9g\n", (resident_bytes_of(server) - before) / count);
}

}  // namespace

int main(int argc, char** argv) {
  allow_many_descriptors();
  const std::string_view what = argc > 4 ? argv[1] : "";
  const auto port = static_cast<std::uint16_t>(argc > 2 ? std::atoi(argv[2]) : 0);
  const pid_t server = argc > 3 ? std::atoi(argv[3]) : 0;
  const int connections = argc > 4 ? std::atoi(argv[4]) : 0;
  if (what == "busy" && argc == 7) {
    return busy(port, server, connections, std::strtoul(argv[5], nullptr, 10), Seconds(std::atof(argv[6]))), 0;
  }
  if (what == "idle" && argc == 5) return idle(port, server, connections), 0;
  std::fputs("usage: see the first lines of load.cpp\n", stderr);
  return 2;
}
