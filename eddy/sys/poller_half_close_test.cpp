// SPDX-License-Identifier: MIT
//
// A peer that has ended its side is an event of the descriptor, but no room: who waits to write goes on waiting.
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys {
namespace {

constexpr Nanos moment = 1'000'000;

struct Probe final : Operation {
  explicit Probe(const Fd& of) : Operation(OpKind::poll_writable, of.get()) {}
  void complete() noexcept override { ++completions; }
  int completions = 0;
};

struct Pair {
  Fd here;
  Fd there;
};

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

void fill(const Fd& fd) {
  const std::string much(1 << 20, 'x');
  for (int misses = 0; misses != 20;) {  // what has been sent goes on its way a little later
    if (::send(fd.get(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) continue;
    ++misses;
    ::poll(nullptr, 0, 1);
  }
}

void drain(const Fd& fd) {
  std::string rest(1 << 20, '\0');
  while (::recv(fd.get(), rest.data(), rest.size(), MSG_DONTWAIT) > 0) {
  }
}

class PollerHalfCloseTest : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    try {
      poller = make_poller(GetParam());
    } catch (const std::system_error& error) {
      if (GetParam() != Backend::uring) throw;
      GTEST_SKIP() << error.what();
    }
    pair = make_connection();
    fill(pair.here);
    check(::shutdown(pair.there.get(), SHUT_WR), "shutdown");
  }

  void wait_some() {
    for (int i = 0; i != 20; ++i) poller->wait(moment);
  }
  void wait_for(const Probe& probe) {
    for (int i = 0; i != 2000 && probe.completions == 0; ++i) {
      drain(pair.there);
      poller->wait(moment);
    }
    EXPECT_EQ(probe.completions, 1);
    EXPECT_EQ(poller->pending(), 0u);
  }

  std::unique_ptr<Poller> poller;
  Pair pair;
};

INSTANTIATE_TEST_SUITE_P(Backends, PollerHalfCloseTest, ::testing::Values(Backend::uring, Backend::epoll),
                         [](const auto& of) { return of.param == Backend::uring ? "uring" : "epoll"; });

TEST_P(PollerHalfCloseTest, IsNoRoomUntilThereIsSome) {
  Probe probe(pair.here);
  poller->submit(probe);
  wait_some();
  EXPECT_EQ(probe.completions, 0);
  wait_for(probe);
  EXPECT_TRUE(probe.result & POLLOUT) << probe.result;
}

TEST_P(PollerHalfCloseTest, RoomThatIsThereIsFoundEachTime) {
  drain(pair.there);
  Probe probe(pair.here);
  for (int round = 0; round != 3; ++round) {
    probe.completions = 0;
    poller->submit(probe);
    wait_for(probe);
    EXPECT_TRUE(probe.result & POLLOUT) << probe.result;
  }
}

TEST_P(PollerHalfCloseTest, WaitingDoesNotSpin) {
  Probe probe(pair.here);
  poller->submit(probe);
  wait_some();
  const Nanos begin = monotonic_now();
  for (int i = 0; i != 5; ++i) poller->wait(4 * moment);
  EXPECT_GE(monotonic_now() - begin, 10 * moment) << "each sleep was cut short";
  poller->cancel(probe);
  wait_for(probe);
}

TEST_P(PollerHalfCloseTest, CancelEndsTheWait) {
  for (const int turns_before : {0, 1, 20}) {
    Probe probe(pair.here);
    poller->submit(probe);
    for (int i = 0; i != turns_before; ++i) poller->wait(0);
    poller->cancel(probe);
    poller->cancel(probe);
    for (int i = 0; i != 200 && probe.completions == 0; ++i) poller->wait(moment);
    EXPECT_EQ(probe.completions, 1);
    EXPECT_EQ(probe.result, -ECANCELED);
    EXPECT_EQ(poller->pending(), 0u);
  }
}

TEST_P(PollerHalfCloseTest, CancelInTheRaceWithRoomEndsItOnce) {
  for (const int turns_between : {0, 1, 2, 3}) {
    fill(pair.here);
    Probe probe(pair.here);
    poller->submit(probe);
    wait_some();
    drain(pair.there);
    for (int i = 0; i != turns_between; ++i) poller->wait(0);
    if (probe.completions == 0) poller->cancel(probe);
    wait_for(probe);
    EXPECT_TRUE(probe.result == -ECANCELED || (probe.result & POLLOUT) != 0) << probe.result;
  }
}

TEST_P(PollerHalfCloseTest, AResetEndsTheWait) {
  Probe probe(pair.here);
  poller->submit(probe);
  wait_some();
  const linger hard{1, 0};
  check(::setsockopt(pair.there.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard), "setsockopt(SO_LINGER)");
  pair.there.reset();
  for (int i = 0; i != 200 && probe.completions == 0; ++i) poller->wait(moment);
  EXPECT_EQ(probe.completions, 1);
  EXPECT_TRUE(probe.result & (POLLERR | POLLHUP)) << probe.result;
}

TEST_P(PollerHalfCloseTest, APollerThatDiesEndsTheWait) {
  Probe probe(pair.here);
  poller->submit(probe);
  wait_some();
  poller.reset();
  EXPECT_EQ(probe.completions, 1);
  EXPECT_EQ(probe.result, -ECANCELED);
}

TEST_P(PollerHalfCloseTest, FullRingsDoNotMatter) {
  std::vector<std::unique_ptr<Probe>> probes;
  for (int i = 0; i != 600; ++i) {
    probes.push_back(std::make_unique<Probe>(pair.here));
    poller->submit(*probes.back());
  }
  wait_some();
  for (const auto& probe : probes) EXPECT_EQ(probe->completions, 0);
  drain(pair.there);
  for (int i = 0; i != 200 && poller->pending() != 0; ++i) {
    drain(pair.there);
    poller->wait(moment);
  }
  for (const auto& probe : probes) EXPECT_EQ(probe->completions, 1);
}

}  // namespace
}  // namespace eddy::sys
