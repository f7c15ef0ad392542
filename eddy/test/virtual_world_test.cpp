// SPDX-License-Identifier: MIT
#include "eddy/test/virtual_world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "eddy/core/awaitable.h"
#include "eddy/core/create_task.h"
#include "eddy/sys/operation.h"
#include "eddy/sys/poller.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/run.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::test {
namespace {

using namespace std::chrono_literals;

/// Waits until a descriptor is readable; the kernel confirms a cancel.
class Readable final : public eddy::detail::Op, public eddy::detail::AwaitLeaf<Readable>, private sys::Operation {
 public:
  explicit Readable(int descriptor) : Operation(sys::OpKind::poll_readable, descriptor) {}
  bool ready() const noexcept { return false; }
  eddy::detail::Step start(eddy::detail::Strand& strand, eddy::detail::Cont cont) {
    if (begin(strand, cont)) get_running_loop().poller().submit(*this);
    return eddy::detail::Step::none();
  }
  void take() const noexcept {}
  void cancel() noexcept override {
    if (state() == kArmed) get_running_loop().poller().cancel(*this);
  }

 private:
  void complete() noexcept override { result < 0 ? stop() : grant(); }
};

/// As on a busy machine: what the kernel reports is seen late.
class SeenLate final : public eddy::detail::Op, public eddy::detail::AwaitLeaf<SeenLate>, private sys::Operation {
 public:
  explicit SeenLate(int descriptor) : Operation(sys::OpKind::poll_readable, descriptor) {}
  SeenLate(SeenLate&& other) noexcept : Op(static_cast<Op&&>(other)), Operation(other.kind, other.fd) {}
  bool ready() const noexcept { return false; }
  eddy::detail::Step start(eddy::detail::Strand& strand, eddy::detail::Cont cont) {
    if (begin(strand, cont)) get_running_loop().poller().submit(*this);
    return eddy::detail::Step::none();
  }
  void take() const noexcept {}
  void cancel() noexcept override {
    if (state() == kReady) stop();
  }

 private:
  void complete() noexcept override {
    std::this_thread::sleep_for(3ms);
    grant();
  }
};

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int reader() const noexcept { return ends_[0]; }
  void write() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }

 private:
  std::array<int, 2> ends_{};
};

Task<> wait_readable(const Pipe& pipe) { co_await Readable(pipe.reader()); }

TEST(VirtualWorldTest, WhatTheKernelHasAlreadyComesBeforeTheClockJumps) {
  run([]() -> Task<> {
    Pipe pipe;
    TimePoint start = eddy::now();
    auto reader = create_task(wait_readable, std::cref(pipe));
    auto timer = create_task([]() -> Task<> { co_await sleep(1h); });
    co_await checkpoint();
    pipe.write();
    co_await reader;
    EXPECT_EQ(eddy::now(), start);
    co_await timer;
    EXPECT_EQ(eddy::now(), start + 1h);
  });
}

TEST(VirtualWorldTest, TheClockJumpsOverIoThatDoesNotCome) {
  run([]() -> Task<> {
    Pipe pipe;
    auto reader = create_task(wait_readable, std::cref(pipe));
    co_await sleep(1h);
    EXPECT_FALSE(reader.done());
    reader.cancel();
    EXPECT_THROW(co_await reader, TaskCancelled);
  });
}

TEST(VirtualWorldTest, WaitsForTheKernelWhenThereIsNothingElse) {
  run([]() -> Task<> {
    Pipe pipe;
    std::thread writer([&pipe] {
      std::this_thread::sleep_for(5ms);
      pipe.write();
    });
    co_await wait_readable(pipe);
    writer.join();
  });
}

TEST(VirtualWorldTest, IoThatNeverComesIsADeadlockWhenPatienceRunsOut) {
  try {
    run(
        []() -> Task<> {
          Pipe pipe;
          co_await wait_readable(pipe);
        },
        Options{}.patience(5ms));
    FAIL() << "no deadlock";
  } catch (const Deadlock& deadlock) {
    EXPECT_NE(std::string(deadlock.what()).find("only I/O that does not come is pending"), std::string::npos);
    EXPECT_NE(std::string(deadlock.what()).find("Readable"), std::string::npos) << deadlock.what();
  }
}

TEST(VirtualWorldTest, OutsideWorkIsNoDeadlockAndTheClockWaitsForIt) {
  run(
      []() -> Task<> {
        TimePoint start = eddy::now();
        Loop& loop = get_running_loop();
        loop.begin_outside_work();
        bool back = false;
        std::thread worker([&] {
          std::this_thread::sleep_for(5ms);
          loop.call_soon_threadsafe([&] {
            back = true;
            loop.end_outside_work();
          });
        });
        auto timer = create_task([]() -> Task<> { co_await sleep(1h); });
        co_await checkpoint();
        while (!back) co_await all_blocked();
        EXPECT_EQ(eddy::now(), start);
        worker.join();
        co_await timer;
        EXPECT_EQ(eddy::now(), start + 1h);
      },
      Options{}.patience(1ms));
}

TEST(VirtualWorldTest, WhileWorkIsOutsideTimersGoAtTheirRealPace) {
  run([]() -> Task<> {
    Loop& loop = get_running_loop();
    loop.begin_outside_work();
    TimePoint start = eddy::now();
    auto real = std::chrono::steady_clock::now();
    co_await sleep(5ms);
    EXPECT_EQ(eddy::now(), start + 5ms);
    EXPECT_GE(std::chrono::steady_clock::now() - real, 5ms);
    loop.end_outside_work();
  });
}

TEST(VirtualWorldTest, WorkThatNeverComesBackIsNamedWhenTheTimeIsOver) {
  try {
    run(
        []() -> Task<> {
          struct Work {
            Loop& loop = get_running_loop();
            Work() { loop.begin_outside_work(); }
            ~Work() { loop.end_outside_work(); }
          } work;
          co_await sleep_until(TimePoint::max());
        },
        Options{}.time_limit(20ms));
    FAIL() << "no deadlock";
  } catch (const Deadlock& deadlock) {
    EXPECT_NE(std::string(deadlock.what()).find("1 thing(s) are still at work outside"), std::string::npos)
        << deadlock.what();
  }
}

TEST(VirtualWorldTest, TheClockDoesNotJumpOverWhatHasComeLate) {
  run(
      []() -> Task<> {
        Pipe pipe;
        pipe.write();
        const auto came = co_await try_for(SeenLate(pipe.reader()), 1h);
        EXPECT_TRUE(came.has_value());
      },
      Options{}.io_quiet(1ms));
}

}  // namespace
}  // namespace eddy::test
