// SPDX-License-Identifier: MIT
#include "eddy/sys/signals.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>

#include "eddy/sys/poller.h"

namespace eddy::sys {
namespace {

class SignalWatchTest : public ::testing::Test {
 protected:
  std::unique_ptr<Poller> poller = make_poller(Backend::epoll);
  std::atomic<std::uint64_t> pending{0};
};

using Handler = void (*)(int);

Handler handler_of(int signo) {
  struct sigaction action{};
  ::sigaction(signo, nullptr, &action);
  return action.sa_handler;
}

TEST_F(SignalWatchTest, ArrivalSetsTheBitAndWakes) {
  const SignalWatch watch(SIGUSR1, pending, *poller);
  EXPECT_EQ(watch.signo(), SIGUSR1);
  std::raise(SIGUSR1);
  std::raise(SIGUSR1);
  poller->wait(-1);  // would sleep for ever without the wake
  EXPECT_EQ(pending.exchange(0), signal_bit(SIGUSR1));
}

TEST_F(SignalWatchTest, EachSignalHasItsBit) {
  const SignalWatch one(SIGUSR1, pending, *poller);
  const SignalWatch two(SIGUSR2, pending, *poller);
  const SignalWatch last(SIGRTMAX, pending, *poller);
  std::raise(SIGUSR2);
  EXPECT_EQ(pending.load(), signal_bit(SIGUSR2));
  std::raise(SIGRTMAX);
  EXPECT_EQ(pending.load(), signal_bit(SIGUSR2) | signal_bit(SIGRTMAX));
}

TEST_F(SignalWatchTest, RemovalRestoresWhatWasThere) {
  static std::atomic<int> ours{0};
  const auto previous = std::signal(SIGUSR1, [](int) { ours.fetch_add(1); });
  const Handler before = handler_of(SIGUSR1);
  {
    const SignalWatch watch(SIGUSR1, pending, *poller);
    EXPECT_NE(handler_of(SIGUSR1), before);
    std::raise(SIGUSR1);
    EXPECT_EQ(ours.load(), 0);
  }
  EXPECT_EQ(handler_of(SIGUSR1), before);
  pending = 0;
  std::raise(SIGUSR1);
  EXPECT_EQ(ours.load(), 1);
  EXPECT_EQ(pending.load(), 0u);
  std::signal(SIGUSR1, previous);
}

TEST_F(SignalWatchTest, SecondWatchOfASignalIsRefusedUntilTheFirstIsGone) {
  {
    const SignalWatch watch(SIGUSR1, pending, *poller);
    try {
      const SignalWatch second(SIGUSR1, pending, *poller);
      FAIL();
    } catch (const std::logic_error& error) {
      EXPECT_NE(std::string(error.what()).find("is watched already"), std::string::npos) << error.what();
    }
    std::raise(SIGUSR1);  // the first still works
    EXPECT_EQ(pending.load(), signal_bit(SIGUSR1));
  }
  const SignalWatch again(SIGUSR1, pending, *poller);
}

TEST_F(SignalWatchTest, SignalsThatCannotBeWatchedSayWhy) {
  for (int i = 0; i < 2; ++i) {  // twice: a refusal leaves no trace
    EXPECT_THROW(const SignalWatch watch(SIGKILL, pending, *poller), std::system_error);
    EXPECT_THROW(const SignalWatch watch(0, pending, *poller), std::invalid_argument);
    EXPECT_THROW(const SignalWatch watch(65, pending, *poller), std::invalid_argument);
    EXPECT_THROW(const SignalWatch watch(-1, pending, *poller), std::invalid_argument);
  }
}

TEST_F(SignalWatchTest, WatchesComeAndGoWhileSignalsArriveOnAnotherThread) {
  const auto previous = std::signal(SIGUSR1, SIG_IGN);
  std::atomic<bool> stop{false};
  std::thread target([&] {
    while (!stop.load()) std::raise(SIGUSR1);
  });
  for (int round = 0; round < 300; ++round) {
    auto local_poller = make_poller(Backend::epoll);
    std::atomic<std::uint64_t> local{0};
    {
      const SignalWatch watch(SIGUSR1, local, *local_poller);
      while (local.load() == 0) local_poller->wait(-1);
    }
  }  // poller and mask die: no handler may still hold them
  stop.store(true);
  target.join();
  std::signal(SIGUSR1, previous);
}

}  // namespace
}  // namespace eddy::sys
