// SPDX-License-Identifier: MIT
#include "eddy/sys/watch.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eddy/sys/detail/backends.h"
#include "eddy/sys/detail/receive_buffers.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys {
namespace {

constexpr Nanos soon = 2'000'000'000;  // a test that waits this long has failed
constexpr Nanos moment = 5'000'000;

struct Probe final : Watch {
  Probe(const Fd& of, Input what) : Watch(of.get(), what) {}
  void input_changed() noexcept override {
    ++inputs;
    if (on_input) on_input();
  }
  void output_changed() noexcept override { ++outputs; }
  int inputs = 0;
  int outputs = 0;
  std::function<void()> on_input;
};

struct Pair {
  Fd one;
  Fd two;
};

Pair make_sockets() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {Fd(ends[0]), Fd(ends[1])};
}

Pair make_connection() {
  const Fd listener = check_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  check(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&at), size), "bind");
  check(::listen(listener.get(), 1), "listen");
  check(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size), "getsockname");
  Fd one = check_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  check(::connect(one.get(), reinterpret_cast<const sockaddr*>(&at), size), "connect");
  return {check_fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"), std::move(one)};
}

std::pair<Fd, sockaddr_in> make_listener() {
  Fd listener = check_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  check(::bind(listener.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), "bind");
  check(::listen(listener.get(), 16), "listen");
  check(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size), "getsockname");
  return {std::move(listener), at};
}

Fd connect_to(const sockaddr_in& at) {
  Fd client = check_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  check(::connect(client.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), "connect");
  return client;
}

void put(const Fd& fd, std::string_view bytes) {
  ASSERT_EQ(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

struct Kind {
  const char* name;
  std::unique_ptr<Poller> (*make)();
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class WatchTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { poller = GetParam().make(); }

  /// What `receive` gives, after waiting for it if need be.
  std::string receive(Probe& probe, std::size_t max = 65536) {
    std::string bytes(max, '\0');
    int got = poller->receive(probe, bytes.data(), max);
    for (int tries = 0; got == -EAGAIN && tries != 100; ++tries) {
      poller->wait(soon);
      got = poller->receive(probe, bytes.data(), max);
    }
    if (got < 0) return "error " + std::to_string(-got);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

  int try_receive(Probe& probe) {
    char bytes[4096];
    return poller->receive(probe, bytes, sizeof bytes);
  }

  /// From now on the probe's socket is one that brings bulk.
  void take_bulk(Probe& probe, const Fd& there) {
    const std::string much(50'000, 'x');
    put(there, much);
    for (std::size_t left = much.size(); left != 0;) left -= receive(probe).size();
  }

  std::unique_ptr<Poller> poller;
};

std::vector<Kind> kinds() {
  std::vector<Kind> usable{{"epoll", &detail::make_epoll_poller}};
  try {
    static_cast<void>(detail::make_uring_poller());
    usable.push_back({"uring", [] { return detail::make_uring_poller(); }});
    usable.push_back({"old_uring", [] { return detail::make_uring_poller(detail::UringAbilities::of_linux_5_13); }});
  } catch (const std::system_error&) {  // blocked here
  }
  return usable;
}

INSTANTIATE_TEST_SUITE_P(Backends, WatchTest, testing::ValuesIn(kinds()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(WatchTest, ReceivesWhatComes) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  EXPECT_EQ(poller->pending(), 1u);
  put(there, "hello");
  while (probe.inputs == 0) poller->wait(soon);
  EXPECT_EQ(receive(probe), "hello");
  EXPECT_EQ(poller->pending(), 0u);
  put(there, "again");
  EXPECT_EQ(receive(probe, 2), "ag");
  EXPECT_EQ(receive(probe), "ain");
  poller->detach(probe);
}

TEST_P(WatchTest, TellsOnceForEachAttemptThatFoundNothing) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  put(there, "a");
  while (probe.inputs == 0) poller->wait(soon);
  put(there, "b");
  poller->wait(moment);
  EXPECT_EQ(probe.inputs, 1);
  poller->detach(probe);
}

TEST_P(WatchTest, TheEndComesAfterTheBytesAndStays) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  put(there, "last");
  there.reset();
  EXPECT_EQ(receive(probe), "last");
  EXPECT_EQ(receive(probe), "");
  EXPECT_EQ(receive(probe), "");
  poller->detach(probe);
}

TEST_P(WatchTest, BytesAndTheEndInOneReport) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  put(there, "last");
  there.reset();
  EXPECT_EQ(receive(probe), "last");
  EXPECT_EQ(receive(probe), "");
  poller->detach(probe);
}

TEST_P(WatchTest, ALaggingReaderStopsTheWriterAndLosesNothing) {
  auto [here, there] = make_sockets();
  set_nonblocking(there.get());
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  std::string sent;
  for (int quiet = 0; quiet != 5;) {  // until nothing more goes in, although the poller has its turns
    std::string chunk(10'000, static_cast<char>('a' + sent.size() / 10'000 % 26));
    const ssize_t wrote = ::send(there.get(), chunk.data(), chunk.size(), MSG_NOSIGNAL);
    if (wrote > 0) sent += chunk.substr(0, static_cast<std::size_t>(wrote));
    quiet = wrote > 0 ? 0 : quiet + 1;
    poller->wait(1'000'000);
    ASSERT_LT(sent.size(), 8'000'000u) << "nothing holds the writer back";
  }
  there.reset();
  std::string got;
  for (std::string part = receive(probe); !part.empty(); part = receive(probe)) got += part;
  EXPECT_EQ(got, sent);
  poller->detach(probe);
}

TEST_P(WatchTest, MoreReadersThanReceiveBuffers) {
  constexpr std::size_t kMany = detail::ReceiveBuffers::count * 2;
  std::vector<Pair> pairs;
  std::vector<std::unique_ptr<Probe>> probes;
  for (std::size_t i = 0; i != kMany; ++i) {
    pairs.push_back(make_sockets());
    probes.push_back(std::make_unique<Probe>(pairs.back().one, Watch::Input::bytes));
    poller->attach(*probes.back());
    EXPECT_EQ(try_receive(*probes.back()), -EAGAIN);
  }
  poller->wait(0);
  for (const Pair& pair : pairs) put(pair.two, "x");
  for (int turn = 0; turn != 20; ++turn) poller->wait(moment);
  for (const Pair& pair : pairs) put(pair.two, "y");
  for (auto& probe : probes) {
    std::string got = receive(*probe);
    if (got.size() < 2) got += receive(*probe);
    EXPECT_EQ(got, "xy");
    poller->detach(*probe);
  }
}

TEST_P(WatchTest, DetachedInItsOwnCall) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  probe.on_input = [&] { poller->detach(probe); };
  poller->attach(probe);
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  put(there, "x");
  while (probe.inputs == 0) poller->wait(soon);
  EXPECT_EQ(probe.poller, nullptr);
  poller->wait(moment);
}

TEST_P(WatchTest, ADetachedOneTakesNothingFromTheNextOwnerOfTheNumber) {
  for (int round = 0; round != 20; ++round) {
    int number = -1;
    {
      auto [here, there] = make_sockets();
      number = here.get();
      Probe probe(here, Watch::Input::bytes);
      poller->attach(probe);
      EXPECT_EQ(try_receive(probe), -EAGAIN);
      if (round % 2 == 0) poller->wait(0);
      poller->detach(probe);
    }
    auto [here, there] = make_sockets();
    put(there, "mine");
    if (here.get() != number) continue;
    poller->wait(0);
    poller->wait(0);
    Probe probe(here, Watch::Input::bytes);
    poller->attach(probe);
    EXPECT_EQ(receive(probe), "mine");
    poller->detach(probe);
  }
}

TEST_P(WatchTest, OutputIsToldWhenThePeerHasRead) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  const std::string chunk(64 * 1024, 'x');
  while (::send(here.get(), chunk.data(), chunk.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
  }
  poller->want_output(probe);
  poller->wait(moment);
  EXPECT_EQ(probe.outputs, 0);
  std::string junk(1 << 20, '\0');
  while (::recv(there.get(), junk.data(), junk.size(), MSG_DONTWAIT) > 0) {
  }
  while (probe.outputs == 0) poller->wait(soon);
  EXPECT_EQ(probe.outputs, 1);
  poller->detach(probe);
}

TEST_P(WatchTest, APeerThatHasEndedIsNoRoomForOutput) {
  auto [here, there] = make_connection();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  const std::string much(1 << 20, 'x');
  while (::send(here.get(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
  }
  ASSERT_EQ(::shutdown(there.get(), SHUT_WR), 0);
  poller->want_output(probe);
  for (int i = 0; i != 20; ++i) poller->wait(moment);
  const int early = probe.outputs;
  EXPECT_LE(early, 1);
  if (early == 1) poller->want_output(probe);
  std::string rest(1 << 20, '\0');
  while (probe.outputs == early) {
    static_cast<void>(::recv(there.get(), rest.data(), rest.size(), MSG_DONTWAIT));
    poller->wait(moment);
  }
  poller->want_output(probe);  // and once more: there is room, and nothing changes
  EXPECT_GT(::send(here.get(), "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL), 0);
  poller->detach(probe);
  EXPECT_EQ(poller->pending(), 0u);
}

// What has not been asked for stays with the kernel, where it holds the sender back.
TEST_P(WatchTest, AReaderThatLagsHoldsLittle) {
  auto [here, there] = make_connection();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  const std::string much(1 << 20, 'x');
  std::size_t sent = 0;
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  poller->wait(0);
  for (int i = 0; i != 50; ++i) {
    const ssize_t some = ::send(there.get(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    sent += static_cast<std::size_t>(std::max<ssize_t>(some, 0));
    poller->wait(0);
  }
  for (int i = 0; i != 10; ++i) poller->wait(moment);
  poller->detach(probe);
  there.reset();
  std::size_t left = 0;
  std::string bytes(1 << 20, '\0');
  for (ssize_t got = 1; got > 0; left += static_cast<std::size_t>(got)) {
    got = std::max<ssize_t>(::recv(here.get(), bytes.data(), bytes.size(), 0), 0);
  }
  EXPECT_LE(sent - left, 256u * 1024);
}

TEST_P(WatchTest, MessagesAndBulkTakeTurnsWithoutLosingAByte) {
  auto [here, there] = make_connection();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  std::string sent;
  std::string got;
  const auto exchange = [&](std::size_t size, std::size_t at_most) {
    std::string bytes(size, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>((sent.size() + static_cast<std::size_t>(&byte - bytes.data())) * 7 >> 3);
    put(there, bytes);
    sent += bytes;
    while (got.size() < sent.size()) got += receive(probe, at_most);
  };
  for (int round = 0; round != 3; ++round) {
    for (int i = 0; i != 40; ++i) exchange(100, 65536);
    exchange(100'000, 3000);
    exchange(2048, 2048);
    exchange(30'000, 65536);
    for (int i = 0; i != 20; ++i) exchange(5000, 10'000);
  }
  EXPECT_EQ(got, sent);
  there.reset();
  EXPECT_EQ(receive(probe), "");
  poller->detach(probe);
}

TEST_P(WatchTest, ABulkReaderIsToldWhatComesAfterAShortRead) {
  auto [here, there] = make_connection();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  const std::string much(50'000, 'x');
  for (int round = 0; round != 3; ++round) take_bulk(probe, there);
  put(there, "while nobody asks");
  poller->wait(moment);
  char first = 0;
  EXPECT_EQ(poller->receive(probe, &first, 1), 1) << "what is there is had at the first attempt";
  EXPECT_EQ(receive(probe), "hile nobody asks");
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  put(there, much + "the end");
  ASSERT_EQ(::shutdown(there.get(), SHUT_WR), 0);
  std::string got;
  for (std::string bytes = receive(probe); !bytes.empty(); bytes = receive(probe)) got += bytes;
  EXPECT_EQ(got, much + "the end");
  EXPECT_EQ(receive(probe), "") << "and again";
  poller->detach(probe);
}

TEST_P(WatchTest, ABulkReaderThatDoesNotListenIsToldWhenItDoesAgain) {
  auto [here, there] = make_connection();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  const std::string much(50'000, 'x');
  for (int silence = 0; silence != 40; ++silence) {
    std::string sent = much;
    put(there, much);
    std::string got = receive(probe, 65'536);
    for (int i = 0; i != silence; ++i) {
      put(there, "unheard");
      sent += "unheard";
      poller->wait(0);
    }
    while (got.size() < sent.size()) got += receive(probe, 65'536);
    ASSERT_EQ(got, sent);
    ASSERT_EQ(try_receive(probe), -EAGAIN);
    put(there, "heard");
    ASSERT_EQ(receive(probe), "heard") << silence;
  }
  poller->detach(probe);
}

TEST_P(WatchTest, TheEndOfBulkIsSaidAsOftenAsOneAsks) {
  auto [here, there] = make_connection();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  const std::string much(50'000, 'x');
  put(there, much);
  there.reset();
  for (std::size_t left = much.size(); left != 0;) left -= receive(probe).size();
  EXPECT_EQ(receive(probe), "");
  for (int i = 0; i != 40; ++i) ASSERT_EQ(try_receive(probe), 0) << i;
  poller->detach(probe);
}

TEST_P(WatchTest, ABulkReaderMayLeaveWhileItIsTold) {
  for (int more = 0; more != 3; ++more) {
    auto [here, there] = make_connection();
    Probe probe(here, Watch::Input::bytes);
    poller->attach(probe);
    take_bulk(probe, there);
    EXPECT_EQ(try_receive(probe), -EAGAIN);  // armed
    for (int i = 0; i != more; ++i) {
      put(there, "x");
      poller->wait(i == 0 ? moment : 0);
    }
    poller->detach(probe);
    const int left = here.get();
    here.reset();
    poller->wait(0);
    EXPECT_EQ(::fcntl(left, F_GETFD), -1);
    char byte = 0;
    EXPECT_LE(::recv(there.get(), &byte, 1, 0), 0) << "closed means closed, to the peer";
    poller->wait(0);
  }
}

TEST_P(WatchTest, ABulkReaderIsClosedAtOnceThoughManyAreToBeTold) {
  std::vector<Pair> pairs;
  std::vector<std::unique_ptr<Probe>> probes;
  for (int i = 0; i != 200; ++i) {
    Pair& pair = pairs.emplace_back(make_connection());
    Probe& probe = *probes.emplace_back(std::make_unique<Probe>(pair.one, Watch::Input::bytes));
    poller->attach(probe);
    take_bulk(probe, pair.two);
    EXPECT_EQ(try_receive(probe), -EAGAIN);
  }
  for (Pair& pair : pairs) put(pair.two, "x");
  poller->detach(*probes.back());
  pairs.back().one.reset();
  char byte = 0;
  EXPECT_EQ(::recv(pairs.back().two.get(), &byte, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, ECONNRESET) << "closed, with a byte that nobody read";
  probes.pop_back();
  for (const auto& probe : probes) poller->detach(*probe);
}

TEST_P(WatchTest, ReadinessOfAPipe) {
  int ends[2];
  check(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  Probe probe(reader, Watch::Input::readiness);
  poller->attach(probe);
  poller->want_input(probe);
  poller->wait(moment);
  EXPECT_EQ(probe.inputs, 0);
  ASSERT_EQ(::write(writer.get(), "x", 1), 1);
  while (probe.inputs == 0) poller->wait(soon);
  char byte = 0;
  ASSERT_EQ(::read(reader.get(), &byte, 1), 1);
  poller->want_input(probe);
  writer.reset();
  while (probe.inputs == 1) poller->wait(soon);
  EXPECT_EQ(::read(reader.get(), &byte, 1), 0);
  poller->detach(probe);
}

TEST_P(WatchTest, AcceptsAndDropsWhatNobodyTook) {
  auto [listener, at] = make_listener();
  Probe probe(listener, Watch::Input::connections);
  poller->attach(probe);
  EXPECT_EQ(poller->accept(probe), -EAGAIN);
  std::vector<Fd> clients;
  for (int i = 0; i != 3; ++i) clients.push_back(connect_to(at));
  while (probe.inputs == 0) poller->wait(soon);
  const Fd accepted(poller->accept(probe));
  EXPECT_TRUE(accepted);
  EXPECT_NE(::fcntl(accepted.get(), F_GETFD) & FD_CLOEXEC, 0);
  poller->detach(probe);
  listener.reset();
  char byte = 0;
  EXPECT_LE(::recv(clients.back().get(), &byte, 1, 0), 0);  // reset, or ended
}

TEST_P(WatchTest, OnDemandEachConnectionIsLeftToWhoeverAsks) {
  auto [listener, at] = make_listener();
  Probe probe(listener, Watch::Input::connections_on_demand);
  poller->attach(probe);
  EXPECT_EQ(poller->accept(probe), -EAGAIN);
  const Fd clients[] = {connect_to(at), connect_to(at), connect_to(at)};
  while (probe.inputs == 0) poller->wait(soon);
  poller->wait(moment);
  EXPECT_TRUE(Fd(poller->accept(probe)));
  poller->wait(moment);
  poller->detach(probe);
  const Fd others[] = {Fd(::accept(listener.get(), nullptr, nullptr)), Fd(::accept(listener.get(), nullptr, nullptr))};
  EXPECT_TRUE(others[0] && others[1]);
}

TEST_P(WatchTest, AListenerThatTurnsOutToBeSharedGoesOn) {
  auto [listener, at] = make_listener();
  const Fd shared = check_fd(::dup(listener.get()), "dup");
  Probe first(listener, Watch::Input::connections);
  Probe second(shared, Watch::Input::connections_on_demand);
  poller->attach(first);
  poller->attach(second);
  EXPECT_EQ(poller->accept(first), -EAGAIN);
  const Fd client = connect_to(at);
  int got = -EAGAIN;
  for (int tries = 0; got == -EAGAIN && tries != 100; ++tries) {
    poller->wait(moment);
    got = poller->accept(first);
  }
  EXPECT_TRUE(Fd(got));
  poller->detach(first);
  poller->detach(second);
}

TEST_P(WatchTest, AtRestNothingIsTakenThatAnotherThreadCouldNotFind) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  poller->wait(0);
  put(there, "one ");
  poller->rest();
  put(there, "two");
  std::thread([&, &sender = there] {
    std::string got;
    while (got.size() < 7) got += receive(probe);
    EXPECT_EQ(got, "one two");
    put(sender, "three");
    EXPECT_EQ(receive(probe), "three");
    poller->rest();
  }).join();
  put(there, "four");
  EXPECT_EQ(receive(probe), "four");
  poller->detach(probe);
}

TEST_P(WatchTest, BytesBehindUrgentOnes) {
  auto [here, there] = make_connection();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  put(there, "abc");
  ASSERT_EQ(::send(there.get(), "!", 1, MSG_OOB), 1);
  put(there, "def");
  std::string bytes;
  while (bytes.size() < 6) bytes += receive(probe);
  EXPECT_EQ(bytes, "abcdef");
  poller->detach(probe);
}

TEST_P(WatchTest, OneShotOperationsOnAWatchedDescriptor) {
  struct Once final : Operation {
    using Operation::Operation;
    void complete() noexcept override { done = true; }
    bool done = false;
  };
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::readiness);
  poller->attach(probe);
  Once writable(OpKind::poll_writable, here.get());
  poller->submit(writable);
  while (!writable.done) poller->wait(soon);
  Once readable(OpKind::poll_readable, here.get());
  poller->submit(readable);
  poller->wait(moment);
  EXPECT_FALSE(readable.done);
  put(there, "x");
  while (!readable.done) poller->wait(soon);
  EXPECT_NE(readable.result & POLLIN, 0);
  poller->detach(probe);
}

TEST_P(WatchTest, APollerThatDiesFirstDetaches) {
  auto [here, there] = make_sockets();
  Probe probe(here, Watch::Input::bytes);
  poller->attach(probe);
  EXPECT_EQ(try_receive(probe), -EAGAIN);
  poller.reset();
  EXPECT_EQ(probe.poller, nullptr);
}

TEST_P(WatchTest, ARefusedDescriptorThrows) {
  const Fd closed;
  Probe probe(closed, Watch::Input::bytes);
  EXPECT_THROW(poller->attach(probe), std::system_error);
}

}  // namespace
}  // namespace eddy::sys
