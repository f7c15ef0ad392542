// SPDX-License-Identifier: MIT
//
// A loop as part of another program's: a plain epoll loop that knows nothing of it but a descriptor.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

#include "eddy/base/error.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/sys/operation.h"
#include "eddy/sys/poller.h"
#include "eddy/test/virtual_world.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

class ForeignProgram {
 public:
  explicit ForeignProgram(Loop& loop) : loop_(loop), epoll_(::epoll_create1(0)) {
    epoll_event event{};
    event.events = EPOLLIN;
    EXPECT_EQ(::epoll_ctl(epoll_, EPOLL_CTL_ADD, loop.fd(), &event), 0);
  }
  ~ForeignProgram() { ::close(epoll_); }

  /// True if there was something to do.
  bool turn(int timeout_ms) {
    epoll_event event{};
    if (::epoll_wait(epoll_, &event, 1, timeout_ms) <= 0) return false;
    ++wake_ups;
    loop_.run_ready();
    return true;
  }
  template <class Done>
  bool run_until(Done done) {
    for (auto end = std::chrono::steady_clock::now() + 5s; std::chrono::steady_clock::now() < end;) {
      if (done()) return true;
      turn(1000);
    }
    return false;
  }
  int wake_ups = 0;

 private:
  Loop& loop_;
  int epoll_;
};

class Readable final : public detail::Op, public detail::AwaitLeaf<Readable>, private sys::Operation {
 public:
  explicit Readable(int descriptor) : Operation(sys::OpKind::poll_readable, descriptor) {}
  bool ready() const noexcept { return false; }
  detail::Step start(detail::Strand& strand, detail::Cont cont) {
    if (begin(strand, cont)) get_running_loop().poller().submit(*this);
    return detail::Step::none();
  }
  void take() const noexcept {}
  void cancel() noexcept override {
    if (state() == kArmed) get_running_loop().poller().cancel(*this);
  }

 private:
  void complete() noexcept override { result < 0 ? stop() : grant(); }
};

Task<> wait_readable(int descriptor) { co_await Readable(descriptor); }

TEST(ForeignLoopTest, RunsWhatIsReadyAndThenLetsTheProgramSleep) {
  Loop loop;
  ForeignProgram program(loop);
  bool ran = false;
  loop.call_soon([&] { ran = true; });
  EXPECT_TRUE(program.turn(0)) << "readable at first, for what was scheduled before";
  EXPECT_TRUE(ran);
  while (program.turn(1)) EXPECT_LT(program.wake_ups, 10) << "it never lets the program sleep";
}

TEST(ForeignLoopTest, TimersWakeTheProgram) {
  Loop loop;
  ForeignProgram program(loop);
  int ticks = 0;
  auto start = std::chrono::steady_clock::now();
  auto task = loop.create_task([&]() -> Task<> {
    for (; ticks < 5; ++ticks) co_await sleep(2ms);
  });
  loop.run_ready();
  EXPECT_TRUE(program.run_until([&] { return task.done(); }));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 10ms);
  EXPECT_LT(program.wake_ups, 30) << "it should sleep between the ticks";
  EXPECT_FALSE(program.turn(1));
}

TEST(ForeignLoopTest, PostsFromOtherThreadsWakeTheProgram) {
  Loop loop;
  ForeignProgram program(loop);
  while (program.turn(0)) {
  }
  int came = 0;
  std::thread poster([&] {
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(200us);
      loop.call_soon_threadsafe([&] { ++came; });
    }
  });
  EXPECT_TRUE(program.run_until([&] { return came == 20; }));
  poster.join();
  while (program.turn(1)) EXPECT_LT(program.wake_ups, 100);
}

TEST(ForeignLoopTest, IoWakesTheProgram) {
  Loop loop;
  ForeignProgram program(loop);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto task = loop.create_task(wait_readable(ends[0]));
  loop.run_ready();
  while (program.turn(1)) EXPECT_LT(program.wake_ups, 10);
  EXPECT_FALSE(task.done());
  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_TRUE(program.run_until([&] { return task.done(); }));
  auto cancelled = loop.create_task(wait_readable(ends[1]));  // the writing end is never readable
  loop.run_ready();
  cancelled.cancel();
  loop.run_ready();
  EXPECT_TRUE(program.run_until([&] { return cancelled.done(); }));
  EXPECT_TRUE(cancelled.cancelled());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(ForeignLoopTest, AStormLeavesTheProgramItsTurns) {
  Loop loop;
  ForeignProgram program(loop);
  int rounds = 0;
  auto storm = loop.create_task([&]() -> Task<> {
    for (; rounds < 100'000; ++rounds) co_await sleep(0s);
  });
  loop.run_ready();
  EXPECT_LT(rounds, 100'000);
  EXPECT_TRUE(program.run_until([&] { return storm.done(); }));
}

TEST(ForeignLoopTest, ItCanStillRunByItselfAndClose) {
  Loop loop;
  ForeignProgram program(loop);
  while (program.turn(0)) {
  }
  loop.run_until_complete(sleep(1ms));
  loop.run_ready();
  loop.close();
  EXPECT_THROW(loop.run_ready(), RuntimeError);
}

TEST(ForeignLoopTest, AVirtualClockCannotBePartOfIt) {
  test::VirtualWorld world;
  Loop loop(&world);
  EXPECT_THROW(loop.run_ready(), RuntimeError);
}

}  // namespace
}  // namespace eddy
