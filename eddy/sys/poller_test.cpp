// SPDX-License-Identifier: MIT
#include "eddy/sys/poller.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "eddy/sys/fd.h"

namespace eddy::sys {
namespace {

constexpr Nanos millisecond = 1'000'000;
constexpr Nanos soon = 2'000 * millisecond;  // a test that waits this long has failed

struct Probe final : Operation {
  Probe(OpKind what, int which) : Operation(what, which) {}
  void complete() noexcept override {
    ++completions;
    if (then) then();
  }
  int completions = 0;
  std::function<void()> then;
};

struct Pair {
  Fd one;
  Fd two;
};

Pair make_pipe() {
  int ends[2];
  check(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
  return {Fd(ends[0]), Fd(ends[1])};
}

Pair make_sockets() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {Fd(ends[0]), Fd(ends[1])};
}

void put(const Fd& fd) { ASSERT_EQ(::write(fd.get(), "x", 1), 1); }

void take(const Fd& fd) {
  char byte = 0;
  ASSERT_EQ(::read(fd.get(), &byte, 1), 1);
}

void fill(const Fd& fd) {
  const std::vector<char> junk(64 * 1024);
  while (::write(fd.get(), junk.data(), junk.size()) > 0) {
  }
}

void drain(const Fd& fd) {
  std::vector<char> junk(64 * 1024);
  while (::read(fd.get(), junk.data(), junk.size()) > 0) {
  }
}

class PollerTest : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    try {
      poller = make_poller(GetParam());
    } catch (const std::system_error& error) {
      if (GetParam() != Backend::uring) throw;
      GTEST_SKIP() << error.what();
    }
  }

  // Waits until `done`, or too long.
  void wait_for(const std::function<bool()>& done) {
    const Nanos deadline = monotonic_now() + soon;
    while (!done() && monotonic_now() < deadline) poller->wait(deadline - monotonic_now());
    ASSERT_TRUE(done());
  }
  void wait_for(const Probe& probe) {
    wait_for([&] { return probe.completions != 0; });
  }
  // Everything that can happen without sleeping.
  void settle() {
    for (int i = 0; i < 8; ++i) poller->wait(0);
  }

  std::unique_ptr<Poller> poller;
};

std::string backend_name(const ::testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::uring ? "uring" : "epoll";
}
INSTANTIATE_TEST_SUITE_P(Backends, PollerTest, ::testing::Values(Backend::uring, Backend::epoll), backend_name);

// ---- readiness
// -------------------------------------------------------------------------------------------------------

TEST_P(PollerTest, NameIsTheBackend) {
  EXPECT_EQ(poller->name(), GetParam() == Backend::uring ? "uring" : "epoll");
  EXPECT_EQ(poller->pending(), 0u);
}

TEST_P(PollerTest, ReadableAtOnce) {
  const Pair pipe = make_pipe();
  put(pipe.two);
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->submit(probe);
  EXPECT_EQ(probe.completions, 0) << "submit completes nothing";
  EXPECT_EQ(poller->pending(), 1u);
  wait_for(probe);
  EXPECT_EQ(probe.result, POLLIN);
  EXPECT_EQ(poller->pending(), 0u);
}

TEST_P(PollerTest, ReadableLater) {
  const Pair pipe = make_pipe();
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->submit(probe);
  settle();
  EXPECT_EQ(probe.completions, 0);
  put(pipe.two);
  wait_for(probe);
  EXPECT_EQ(probe.result, POLLIN);
}

TEST_P(PollerTest, ReadableWhileSleeping) {
  const Pair pipe = make_pipe();
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->submit(probe);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    put(pipe.two);
  });
  wait_for(probe);
  writer.join();
  EXPECT_EQ(probe.result, POLLIN);
}

TEST_P(PollerTest, WritableWhenThePeerReads) {
  const Pair pair = make_sockets();
  fill(pair.one);
  Probe probe(OpKind::poll_writable, pair.one.get());
  poller->submit(probe);
  settle();
  EXPECT_EQ(probe.completions, 0);
  drain(pair.two);
  wait_for(probe);
  EXPECT_EQ(probe.result, POLLOUT);
}

TEST_P(PollerTest, HangUpEndsAReader) {
  Pair pipe = make_pipe();
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->submit(probe);
  settle();
  pipe.two.reset();
  wait_for(probe);
  EXPECT_TRUE(probe.result & POLLHUP);
}

TEST_P(PollerTest, ErrorEndsAWriter) {
  Pair pipe = make_pipe();
  fill(pipe.two);
  Probe probe(OpKind::poll_writable, pipe.two.get());
  poller->submit(probe);
  settle();
  pipe.one.reset();
  wait_for(probe);
  EXPECT_TRUE(probe.result & POLLERR);
}

TEST_P(PollerTest, IsOneShotAndLevelTriggered) {
  const Pair pipe = make_pipe();
  put(pipe.two);
  Probe probe(OpKind::poll_readable, pipe.one.get());
  for (int round = 1; round <= 3; ++round) {  // the byte is never read: each submit finds it
    poller->submit(probe);
    wait_for([&] { return probe.completions == round; });
    settle();
    EXPECT_EQ(probe.completions, round);
  }
}

TEST_P(PollerTest, RegularFileIsAlwaysReady) {
  const Fd file = check_fd(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open");
  Probe reader(OpKind::poll_readable, file.get());
  Probe writer(OpKind::poll_writable, file.get());
  poller->submit(reader);
  poller->submit(writer);
  wait_for([&] { return reader.completions == 1 && writer.completions == 1; });
  EXPECT_EQ(reader.result, POLLIN);
  EXPECT_EQ(writer.result, POLLOUT);
}

TEST_P(PollerTest, BadDescriptorIsTheResult) {
  int closed = -1;
  {
    const Pair pipe = make_pipe();
    closed = pipe.one.get();
  }
  for (const int fd : {closed, -1}) {
    Probe probe(OpKind::poll_readable, fd);
    poller->submit(probe);
    wait_for(probe);
    EXPECT_EQ(probe.result, -EBADF);
  }
}

// ---- several operations
// ----------------------------------------------------------------------------------------------

TEST_P(PollerTest, BothDirectionsOfOneDescriptorAreIndependent) {
  const Pair pair = make_sockets();
  Probe reader(OpKind::poll_readable, pair.one.get());
  Probe writer(OpKind::poll_writable, pair.one.get());
  poller->submit(reader);
  poller->submit(writer);
  wait_for(writer);
  settle();
  EXPECT_EQ(reader.completions, 0);
  put(pair.two);
  wait_for(reader);
  EXPECT_EQ(reader.result, POLLIN);
  EXPECT_EQ(writer.completions, 1);
}

TEST_P(PollerTest, TwoReadersOfOneDescriptorBothEnd) {
  const Pair pipe = make_pipe();
  Probe first(OpKind::poll_readable, pipe.one.get());
  Probe second(OpKind::poll_readable, pipe.one.get());
  poller->submit(first);
  settle();
  poller->submit(second);
  settle();
  put(pipe.two);
  wait_for([&] { return first.completions == 1 && second.completions == 1; });
  EXPECT_EQ(poller->pending(), 0u);
}

TEST_P(PollerTest, CancellingOneReaderLeavesTheOther) {
  const Pair pipe = make_pipe();
  Probe first(OpKind::poll_readable, pipe.one.get());
  Probe second(OpKind::poll_readable, pipe.one.get());
  poller->submit(first);
  poller->submit(second);
  settle();
  poller->cancel(first);
  wait_for(first);
  EXPECT_EQ(first.result, -ECANCELED);
  settle();
  EXPECT_EQ(second.completions, 0);
  put(pipe.two);
  wait_for(second);
  EXPECT_EQ(second.result, POLLIN);
}

TEST_P(PollerTest, ManyMoreOperationsThanTheRingHolds) {
  constexpr std::size_t count = 3000;
  const Pair pipe = make_pipe();
  std::vector<std::unique_ptr<Probe>> probes;
  std::size_t done = 0;
  for (std::size_t i = 0; i < count; ++i) {
    probes.push_back(std::make_unique<Probe>(OpKind::poll_readable, pipe.one.get()));
    probes.back()->then = [&] { ++done; };
    poller->submit(*probes.back());
  }
  EXPECT_EQ(poller->pending(), count);
  settle();
  EXPECT_EQ(done, 0u);
  put(pipe.two);
  std::size_t before = 0;
  wait_for([&] {
    EXPECT_LE(done - before, Poller::completions_max);
    before = done;
    return done == count;
  });
  EXPECT_EQ(poller->pending(), 0u);
}

TEST_P(PollerTest, ManyCancelsAtOnce) {
  constexpr std::size_t count = 3000;
  const Pair pipe = make_pipe();
  std::vector<std::unique_ptr<Probe>> probes;
  std::size_t done = 0;
  for (std::size_t i = 0; i < count; ++i) {
    probes.push_back(std::make_unique<Probe>(OpKind::poll_readable, pipe.one.get()));
    probes.back()->then = [&, probe = probes.back().get()] {
      ++done;
      EXPECT_EQ(probe->result, -ECANCELED);
    };
    poller->submit(*probes.back());
  }
  for (auto& probe : probes) poller->cancel(*probe);
  wait_for([&] { return done == count; });
}

TEST_P(PollerTest, CompleteMaySubmitAndCancel) {
  const Pair pipe = make_pipe();
  put(pipe.two);
  Probe other(OpKind::poll_writable, pipe.one.get());  // the reading end is never writable
  Probe again(OpKind::poll_readable, pipe.one.get());
  again.then = [&] {
    if (again.completions < 1000) poller->submit(again);
    if (again.completions == 500) poller->cancel(other);
  };
  poller->submit(other);
  poller->submit(again);
  wait_for([&] { return again.completions == 1000 && other.completions == 1; });
  EXPECT_EQ(other.result, -ECANCELED);
}

TEST_P(PollerTest, OperationMayDieInComplete) {
  const Pair pipe = make_pipe();
  put(pipe.two);
  std::optional<Probe> probe(std::in_place, OpKind::poll_readable, pipe.one.get());
  probe->then = [&] {
    const auto keep = std::move(probe->then);
    probe.reset();
  };
  poller->submit(*probe);
  wait_for([&] { return !probe.has_value(); });
}

// ---- cancel
// ----------------------------------------------------------------------------------------------------------

TEST_P(PollerTest, CancelRightAfterSubmit) {
  const Pair pipe = make_pipe();
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->submit(probe);
  poller->cancel(probe);
  poller->cancel(probe);
  EXPECT_EQ(probe.completions, 0) << "cancel completes nothing";
  EXPECT_EQ(poller->pending(), 1u);
  wait_for(probe);
  EXPECT_EQ(probe.result, -ECANCELED);
  settle();
  EXPECT_EQ(probe.completions, 1);
}

TEST_P(PollerTest, CancelBeforeReadiness) {
  const Pair pipe = make_pipe();
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->submit(probe);
  settle();
  poller->cancel(probe);
  wait_for(probe);
  EXPECT_EQ(probe.result, -ECANCELED);
}

TEST_P(PollerTest, CancelAfterCompletionDoesNothing) {
  const Pair pipe = make_pipe();
  put(pipe.two);
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->cancel(probe);
  poller->submit(probe);
  wait_for(probe);
  poller->cancel(probe);
  settle();
  EXPECT_EQ(probe.completions, 1);
  EXPECT_EQ(probe.result, POLLIN);
}

TEST_P(PollerTest, CancelInTheRaceWithReadinessEndsOnceEitherWay) {
  int cancelled = 0;
  for (int round = 0; round < 200; ++round) {
    const Pair pipe = make_pipe();
    Probe probe(OpKind::poll_readable, pipe.one.get());
    poller->submit(probe);
    if (round % 2 == 0) settle();
    std::thread writer([&] { put(pipe.two); });
    if (round % 3 == 0) poller->wait(0);
    poller->cancel(probe);
    wait_for(probe);
    writer.join();
    settle();
    ASSERT_EQ(probe.completions, 1);
    ASSERT_TRUE(probe.result == POLLIN || probe.result == -ECANCELED) << probe.result;
    cancelled += probe.result == -ECANCELED;
  }
  RecordProperty("cancelled", cancelled);
}

TEST_P(PollerTest, CancelWhenTheByteIsThereAlready) {
  const Pair pipe = make_pipe();
  Probe probe(OpKind::poll_readable, pipe.one.get());
  poller->submit(probe);
  settle();
  put(pipe.two);
  poller->cancel(probe);
  wait_for(probe);
  EXPECT_TRUE(probe.result == POLLIN || probe.result == -ECANCELED) << probe.result;
  settle();
  EXPECT_EQ(probe.completions, 1);
}

TEST_P(PollerTest, DescriptorNumberMayBeReusedAfterCancel) {
  for (int round = 0; round < 3; ++round) {
    const Pair pipe = make_pipe();  // the same numbers each time
    const Fd keeps_the_registration = check_fd(::dup(pipe.one.get()), "dup");
    Probe probe(OpKind::poll_readable, pipe.one.get());
    poller->submit(probe);
    settle();
    poller->cancel(probe);
    wait_for(probe);
    poller->submit(probe);
    put(pipe.two);
    wait_for([&] { return probe.completions == 2; });
    EXPECT_EQ(probe.result, POLLIN);
  }
}

// A dup keeps the file, and with it epoll's registration under the old number, alive.
TEST_P(PollerTest, StaleRegistrationDoesNotSpeakForTheNextOwnerOfTheNumber) {
  Pair first = make_pipe();
  const int number = first.one.get();
  Probe probe(OpKind::poll_readable, number);
  poller->submit(probe);
  settle();
  poller->cancel(probe);
  wait_for(probe);
  const Fd other_name = check_fd(::dup(first.one.get()), "dup");
  const Pair second = make_pipe();
  ASSERT_EQ(::dup2(second.one.get(), number), number);
  poller->submit(probe);
  put(first.two);
  settle();
  EXPECT_EQ(probe.completions, 1) << "the first pipe's byte ended a wait on the second";
  put(second.two);
  wait_for([&] { return probe.completions == 2; });
}

// ---- timeouts and wake
// -----------------------------------------------------------------------------------------------

// Sleeps are measured in a child: the kernel closes the rings of earlier tests in the background and interrupts (EINTR)
// whatever the thread that owned them sleeps in, which the contract allows and a test of exact times cannot use.
using Measured = bool (*)(Poller&);

[[noreturn]] void measure(Backend backend, Measured measured) {
  const auto fresh = make_poller(backend);
  ::_exit(measured(*fresh) ? 7 : 1);
}

bool sleeps_fully(Poller& poller, Nanos timeout) {
  const Nanos start = monotonic_now();
  poller.wait(timeout);
  const Nanos slept = monotonic_now() - start;
  if (slept >= timeout && slept < soon) return true;
  std::fprintf(stderr, "wait(%lld) took %lld ns\n", static_cast<long long>(timeout), static_cast<long long>(slept));
  return false;
}

bool never_early(Poller& poller) {
  bool good = true;
  for (const Nanos timeout : {Nanos{1}, Nanos{1'000}, Nanos{123'456}, millisecond, 2 * millisecond + 1}) {
    for (int round = 0; round < 5; ++round) good &= sleeps_fully(poller, timeout);
  }
  return good;
}

bool two_wakes_end_one_wait(Poller& poller) {
  poller.wake();
  poller.wake();
  poller.wait(-1);
  return sleeps_fully(poller, millisecond);
}

bool a_wait_that_does_not_sleep_takes_the_wake(Poller& poller) {
  poller.wake();
  poller.wait(0);
  return sleeps_fully(poller, millisecond);
}

TEST_P(PollerTest, TimeoutIsNeverEarly) {
  EXPECT_EXIT(measure(GetParam(), never_early), ::testing::ExitedWithCode(7), "");
}

TEST_P(PollerTest, WakesBeforeWaitEndOneWait) {
  EXPECT_EXIT(measure(GetParam(), two_wakes_end_one_wait), ::testing::ExitedWithCode(7), "");
}

TEST_P(PollerTest, WakeIsConsumedByAWaitThatDoesNotSleep) {
  EXPECT_EXIT(measure(GetParam(), a_wait_that_does_not_sleep_takes_the_wake), ::testing::ExitedWithCode(7), "");
}

TEST_P(PollerTest, WakeDuringWait) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> flag{false};
    std::thread waker([&] {
      if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      flag.store(true, std::memory_order_relaxed);
      poller->wake();
    });
    wait_for([&] { return flag.load(std::memory_order_relaxed); });
    waker.join();
    poller->wait(0);
  }
}

// Plain memory on purpose: TSan checks that wake → wait orders it, not the counter.
TEST_P(PollerTest, WhatWasWrittenBeforeWakeIsSeenAfterWait) {
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> stage{0};
    std::thread waker([&] {
      stage.store(1, std::memory_order_relaxed);
      poller->wake();
    });
    poller->wait(-1);
    while (stage.load(std::memory_order_relaxed) == 0) poller->wait(-1);  // spurious: the previous round's late bell
    waker.join();
    poller->wait(0);
  }
}

TEST_P(PollerTest, WakeStormFromEightThreadsLosesNothing) {
  constexpr int threads = 8;
  constexpr int rounds = 4000;
  std::atomic<int> posted{0};
  std::vector<std::thread> wakers;
  for (int i = 0; i < threads; ++i) {
    wakers.emplace_back([&, i] {
      for (int round = 0; round < rounds; ++round) {
        posted.fetch_add(1, std::memory_order_relaxed);
        poller->wake();
        if ((round + i) % 64 == 0) std::this_thread::yield();
      }
    });
  }
  // No timeout rescues this loop: one lost wake and it sleeps for ever.
  while (posted.load(std::memory_order_relaxed) != threads * rounds) poller->wait(-1);
  for (std::thread& waker : wakers) waker.join();
}

// Strict hand-over: each wake meets a loop that is just falling asleep, and the next comes only after it was seen.
TEST_P(PollerTest, PingPongOfWakesNeverHangs) {
  constexpr int rounds = 5000;
  std::atomic<int> ping{0};
  std::atomic<int> pong{0};
  std::thread waker([&] {
    for (int round = 1; round <= rounds; ++round) {
      ping.store(round, std::memory_order_relaxed);
      poller->wake();
      while (pong.load(std::memory_order_relaxed) != round) std::this_thread::yield();
    }
  });
  for (int round = 1; round <= rounds; ++round) {
    while (ping.load(std::memory_order_relaxed) != round) poller->wait(-1);
    pong.store(round, std::memory_order_relaxed);
  }
  waker.join();
}

TEST_P(PollerTest, WakesAndCompletionsTogether) {
  const Pair pair = make_sockets();
  Probe reader(OpKind::poll_readable, pair.one.get());
  int bytes = 0;
  reader.then = [&] {
    take(pair.one);
    if (++bytes < 500) poller->submit(reader);
  };
  poller->submit(reader);
  std::atomic<bool> stop{false};
  std::thread waker([&] {
    while (!stop.load()) poller->wake();
  });
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) {
      while (::write(pair.two.get(), "x", 1) != 1) std::this_thread::yield();  // one-byte messages fill it soon
    }
  });
  wait_for([&] { return bytes == 500; });
  stop.store(true);
  waker.join();
  writer.join();
}

volatile std::sig_atomic_t signals_seen = 0;
Poller* signalled_poller = nullptr;

TEST_P(PollerTest, WakeFromASignalHandlerEndsTheSleep) {
  signals_seen = 0;
  signalled_poller = poller.get();
  const auto previous = std::signal(SIGUSR1, [](int) {
    signals_seen = 1;
    signalled_poller->wake();
  });
  const pid_t self = static_cast<pid_t>(::syscall(SYS_gettid));
  std::thread sender([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ::syscall(SYS_tgkill, ::getpid(), self, SIGUSR1);
  });
  wait_for([] { return signals_seen != 0; });
  sender.join();
  std::signal(SIGUSR1, previous);
}

// ---- life and death
// --------------------------------------------------------------------------------------------------

TEST_P(PollerTest, DestructionCancelsWhatIsPending) {
  const Pair pair = make_sockets();
  Probe in_kernel(OpKind::poll_readable, pair.one.get());
  Probe fresh(OpKind::poll_readable, pair.one.get());
  Probe stubborn(OpKind::poll_readable, pair.two.get());
  stubborn.then = [&] {
    if (stubborn.completions < 3) poller->submit(stubborn);
  };
  poller->submit(in_kernel);
  poller->submit(stubborn);
  settle();
  poller->submit(fresh);
  Poller* dying = poller.get();
  stubborn.then = [&, dying] {
    if (stubborn.completions < 3) dying->submit(stubborn);
  };
  poller.reset();
  EXPECT_EQ(in_kernel.result, -ECANCELED);
  EXPECT_EQ(fresh.result, -ECANCELED);
  EXPECT_EQ(in_kernel.completions, 1);
  EXPECT_EQ(fresh.completions, 1);
  EXPECT_EQ(stubborn.completions, 3);
}

TEST_P(PollerTest, MayBeBuiltOnOneThreadUsedOnAnotherDestroyedOnAThird) {
  std::thread([&] {
    const Pair pipe = make_pipe();
    put(pipe.two);
    Probe probe(OpKind::poll_readable, pipe.one.get());
    poller->submit(probe);
    wait_for(probe);
    poller->wait(millisecond);
  }).join();
  poller.reset();
}

TEST_P(PollerTest, UnusedPollersCostNoTrouble) {
  for (int i = 0; i < 20; ++i) make_poller(GetParam())->wait(0);
}

// A filter of the calling process: `action` for the calls listed, nothing else.
void answer_calls(const std::vector<long>& calls, unsigned action) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const long call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, action));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
  check(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), "prctl");
}

[[noreturn]] void wait_zero_where_calls_kill(Backend backend, bool with_a_wake) {
  auto fresh = make_poller(backend);
  const Pair pipe = make_pipe();
  Probe probe(OpKind::poll_readable, pipe.one.get());
  if (backend == Backend::uring) fresh->submit(probe);  // pending costs nothing either: the ring is shared memory
  fresh->wait(1);
  answer_calls({SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_epoll_ctl, SYS_io_uring_enter,
                SYS_io_uring_register, SYS_read, SYS_write, SYS_poll, SYS_ppoll},
               SECCOMP_RET_KILL_PROCESS);
  for (int i = 0; i < 1000; ++i) {
    fresh->wait(0);
    if (with_a_wake) fresh->wake();
  }
  ::_exit(7);
}

TEST_P(PollerTest, IdleWaitZeroMakesNoSystemCall) {
  EXPECT_EXIT(wait_zero_where_calls_kill(GetParam(), false), ::testing::ExitedWithCode(7), "");
}

TEST_P(PollerTest, WakingALoopThatRunsMakesNoSystemCall) {
  EXPECT_EXIT(wait_zero_where_calls_kill(GetParam(), true), ::testing::ExitedWithCode(7), "");
}

// ---- choosing a backend
// ----------------------------------------------------------------------------------------------

class EnvironmentTest : public ::testing::Test {
 protected:
  EnvironmentTest() {
    if (const char* value = std::getenv("EDDY_BACKEND")) before_ = value;
  }
  ~EnvironmentTest() override { before_ ? set(before_->c_str()) : unset(); }
  static void set(const char* value) { ::setenv("EDDY_BACKEND", value, 1); }
  static void unset() { ::unsetenv("EDDY_BACKEND"); }

 private:
  std::optional<std::string> before_;
};

TEST_F(EnvironmentTest, NamesTheBackend) {
  unset();
  EXPECT_EQ(backend_from_environment(), Backend::automatic);
  set("");
  EXPECT_EQ(backend_from_environment(), Backend::automatic);
  set("automatic");
  EXPECT_EQ(backend_from_environment(), Backend::automatic);
  set("uring");
  EXPECT_EQ(backend_from_environment(), Backend::uring);
  set("epoll");
  EXPECT_EQ(backend_from_environment(), Backend::epoll);
  EXPECT_EQ(make_poller()->name(), "epoll");
}

TEST_F(EnvironmentTest, UnknownNameListsTheAllowedOnes) {
  set("kqueue");
  try {
    (void)backend_from_environment();
    FAIL();
  } catch (const std::invalid_argument& error) {
    const std::string message = error.what();
    for (const char* part : {"EDDY_BACKEND=kqueue", "uring", "epoll", "automatic"}) {
      EXPECT_NE(message.find(part), std::string::npos) << message;
    }
  }
}

void forbid_io_uring() { answer_calls({SYS_io_uring_setup}, SECCOMP_RET_ERRNO | EPERM); }

TEST(BackendTest, AutomaticFallsBackToEpollWhereUringIsBlocked) {
  EXPECT_EXIT(
      {
        forbid_io_uring();
        ::_exit(make_poller(Backend::automatic)->name() == "epoll" ? 7 : 1);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST(BackendTest, ForcedUringSaysWhyItIsRefusedAndWhatToDo) {
  EXPECT_EXIT(
      {
        forbid_io_uring();
        try {
          (void)make_poller(Backend::uring);
        } catch (const std::system_error& error) {
          std::fputs(error.what(), stderr);
          ::_exit(error.code().value() == EPERM ? 7 : 1);
        }
        ::_exit(2);
      },
      ::testing::ExitedWithCode(7), "refuses a ring.*EDDY_BACKEND=epoll.*not permitted");
}

}  // namespace
}  // namespace eddy::sys
