// SPDX-License-Identifier: MIT
//
// 3b §1.24: destructors that run while frames are torn down may cancel, spawn, set, and let go of anything.
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> for_ever() { co_await sleep(1h); }

/// The smallest thing to wait for: an Event for one waiter.
class Gate {
 public:
  class Wait final : public detail::Op, public detail::AwaitLeaf<Wait> {
   public:
    explicit Wait(Gate& gate) noexcept : gate_(gate) {}
    bool ready() const noexcept { return gate_.open_; }
    detail::Step start(detail::Strand& strand, detail::Cont cont) noexcept {
      if (begin(strand, cont)) gate_.waiter_ = this;
      return detail::Step::none();
    }
    void take() const noexcept {}
    void cancel() noexcept override {
      gate_.waiter_ = nullptr;
      stop();
    }

   private:
    Gate& gate_;
  };

  Wait wait() noexcept { return Wait(*this); }
  void open() noexcept {
    open_ = true;
    if (waiter_) std::exchange(waiter_, nullptr)->grant();
  }

 private:
  bool open_ = false;
  Wait* waiter_ = nullptr;
};

/// Runs `f` when the frame of a sleeping task that is cancelled dies.
template <class F>
Task<> sleep_then(F& f) {
  ScopeGuard guard([&] { f(); });
  co_await sleep(1h);
}

EDDY_TEST(TeardownTest, ADestructorMaySpawnATaskOnTheLoop) {
  bool ran = false;
  auto body = [&]() -> Task<> {
    co_await sleep(1s);
    ran = true;
  };
  auto spawn = [&] { create_task(std::ref(body)); };
  auto task = create_task(sleep_then<decltype(spawn)>, std::ref(spawn));
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  co_await sleep(2s);
  EXPECT_TRUE(ran);
}

EDDY_TEST(TeardownTest, ADestructorThatSpawnsIntoTheGroupThatIsEndingAddsAChildThatNeverRuns) {
  bool ran = false;
  bool tracked = false;
  auto child = [&]() -> Task<> {
    ran = true;
    co_return;
  };
  auto task = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      ScopeGuard guard([&] {
        tg.create_task(child);
        tracked = tg.size() > 0;
      });
      co_await sleep(1h);
    });
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(tracked);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(TeardownTest, ADestructorMayCancelItsOwnTaskAgain) {
  TaskHandle<> task;
  bool asked = false;
  auto again = [&] { asked = task.cancel("once more"); };
  task = create_task(sleep_then<decltype(again)>, std::ref(again));
  co_await test::all_blocked();
  task.cancel("first");
  co_await test::all_blocked();
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(asked);  // it was not done yet
}

EDDY_TEST(TeardownTest, ADestructorMayCancelAnotherTask) {
  auto other = create_task(for_ever);
  auto cancel_other = [&] { other.cancel(); };
  auto task = create_task(sleep_then<decltype(cancel_other)>, std::ref(cancel_other));
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  co_await test::all_blocked();
  EXPECT_TRUE(other.cancelled());
}

EDDY_TEST(TeardownTest, ADestructorMayCancelASiblingAndTheGroup) {
  TaskHandle<> sibling;
  auto task = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      auto cancel_both = [&] {
        sibling.cancel();
        tg.cancel();
      };
      sibling = tg.create_task(for_ever);
      auto child = tg.create_task(sleep_then<decltype(cancel_both)>, std::ref(cancel_both));
      co_await test::all_blocked();
      child.cancel();
      co_await sleep(1h);
    });
  });
  co_await task;  // a group that was cancelled from inside ends without an error
  EXPECT_TRUE(sibling.cancelled());
}

EDDY_TEST(TeardownTest, ADestructorMayWakeOthers) {
  Gate ended;
  auto wake = [&] { ended.open(); };
  auto task = create_task(sleep_then<decltype(wake)>, std::ref(wake));
  auto waiter = create_task([&]() -> Task<> { co_await ended.wait(); });
  co_await test::all_blocked();
  task.cancel();
  co_await waiter;
  EXPECT_TRUE(task.done());
}

EDDY_TEST(TeardownTest, ADestructorMayWakeTheCleanupOfItsOwnTask) {
  Gate ended;
  auto wake = [&] { ended.open(); };
  auto inner = [&]() -> Task<> { co_await sleep_then(wake); };
  auto task = create_task([&]() -> Task<> { co_await finally(inner(), [&] { return ended.wait(); }); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(TeardownTest, ADestructorMayLetGoOfTheLastHandleOfAnotherTask) {
  std::optional<TaskHandle<>> other = create_task(for_ever);
  auto drop = [&] {
    other->cancel();
    other.reset();
  };
  auto task = create_task(sleep_then<decltype(drop)>, std::ref(drop));
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_FALSE(other.has_value());
}

EDDY_TEST(TeardownTest, AFrameMayHoldTheHandleOfItsOwnTask) {
  auto task = create_task([]() -> Task<> {
    AnyTask self = current_task();
    co_await sleep(1h);
  });
  co_await test::all_blocked();
  task.cancel();
  task = {};
  co_await test::all_blocked();
}

EDDY_TEST(TeardownTest, ADestructorOfAnArgumentMayCancelWhatIsStarting) {
  TaskHandle<> task;
  struct Canceller {
    explicit Canceller(TaskHandle<>& of) : task(&of) {}
    Canceller(Canceller&& other) noexcept : task(std::exchange(other.task, nullptr)) {}
    ~Canceller() {
      if (task && *task) task->cancel();
    }
    TaskHandle<>* task;
  };
  bool passed = false;
  auto body = [&](Canceller argument) -> Task<> {
    {
      Canceller dies_early = std::move(argument);
    }
    co_await sleep(1s);
    passed = true;
  };
  task = create_task(std::ref(body), Canceller(task));
  co_await test::all_blocked();
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(passed);
}

EDDY_TEST(TeardownTest, ADestructorMayScheduleCallbacks) {
  std::vector<int> called;
  auto schedule = [&] {
    get_running_loop().call_soon([&] { called.push_back(1); });
    get_running_loop().call_later(1s, [&] { called.push_back(2); });
  };
  auto task = create_task(sleep_then<decltype(schedule)>, std::ref(schedule));
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  co_await sleep(2s);
  EXPECT_EQ(called, (std::vector<int>{1, 2}));
}

// What is spawned while the loop closes dies without having run.
TEST(TeardownAtCloseTest, WhatADestructorSpawnsWhileTheLoopClosesNeverRuns) {
  bool ran = false;
  bool spawned = false;
  auto body = [&]() -> Task<> {
    ran = true;
    co_return;
  };
  auto spawn = [&] {
    create_task(std::ref(body));
    spawned = true;
  };
  Loop loop;
  auto start = [&]() -> Task<> {
    create_task(sleep_then<decltype(spawn)>, std::ref(spawn));
    co_await checkpoint();
    co_await checkpoint();
  };
  loop.run_until_complete(start());
  loop.close();
  EXPECT_TRUE(spawned);
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace eddy
