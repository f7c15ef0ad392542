// SPDX-License-Identifier: MIT
#include "eddy/core/loop_observer.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/function_name.h"
#include "eddy/core/run.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// Writes down what it is told; runs of the same letter count once.
class Recorder final : public LoopObserver {
 public:
  const std::string& seen() const { return seen_; }
  int starts() const { return starts_; }
  const std::string& bodies() const { return bodies_; }
  bool times_ascend() const { return times_ascend_; }
  detail::Nanos late() const { return late_; }

 private:
  void on_turn(const LoopTurn& turn) noexcept override {
    saw('t', turn.woke_at);
    late_ = std::max(late_, turn.late);
  }
  void on_turn_end(detail::Nanos at) noexcept override { saw('T', at); }
  void on_dispatch(detail::Node&, detail::Nanos at) noexcept override { saw('d', at); }
  void on_dispatch_end(detail::Nanos at) noexcept override { saw('D', at); }
  void on_start(detail::Strand&, detail::Nanos at) noexcept override {
    saw('s', at);
    ++starts_;
  }
  void on_begin(detail::TaskBase&, const std::source_location* body) noexcept override {
    bodies_ += body ? detail::short_function_name(body->function_name()) + " " : "none ";
  }
  void on_cancel(detail::Strand&, detail::Nanos at) noexcept override { saw('x', at); }
  void on_end(detail::Strand&, detail::Strand* next, detail::Nanos at) noexcept override { saw(next ? 'E' : 'e', at); }
  void on_close() noexcept override { seen_ += 'c'; }

  void saw(char what, detail::Nanos at) {
    times_ascend_ = times_ascend_ && at >= last_;
    last_ = at;
    seen_ += what;
  }

  std::string seen_;
  std::string bodies_;
  int starts_ = 0;
  bool times_ascend_ = true;
  detail::Nanos last_ = 0;
  detail::Nanos late_ = 0;
};

Task<> nothing() { co_return; }
Task<> nothing_with(int) { co_return; }

TEST(LoopObserverTest, SeesDispatchesStartsAndTurnsInOrder) {
  Recorder recorder;
  run([&]() -> Task<> {
    recorder.attach(get_running_loop());
    co_await sleep(0s);
    auto child = create_task(nothing);
    co_await child;
    co_await sleep(1ms);
    recorder.detach();
  });
  // We are there already; we go on, and start the child; the child, to its end; we; a sleep; and we, until we detach.
  EXPECT_EQ(recorder.seen(), "sdDdsDdeDdDTtd");
  EXPECT_EQ(recorder.starts(), 2);
  EXPECT_EQ(recorder.bodies(), "eddy::nothing ");
  EXPECT_TRUE(recorder.times_ascend());
}

Task<> wait_for_ever() { co_await sleep(1h); }

TEST(LoopObserverTest, SeesWhoIsCancelledAndThatSomebodyGoesOnInTheSameDispatch) {
  Recorder recorder;
  run([&]() -> Task<> {
    recorder.attach(get_running_loop());
    auto body = [](TaskGroup& tg) -> Task<> {
      auto child = tg.create_task(wait_for_ever);
      co_await sleep(0s);
      child.cancel();
    };
    co_await task_group(body);
    recorder.detach();
  });
  // The child waits; we cancel it, and wait; it unwinds, and we go on.
  EXPECT_EQ(recorder.seen(), "sdsDdDdxDdE");
  EXPECT_EQ(recorder.bodies(), "eddy::wait_for_ever ");
}

TEST(LoopObserverTest, SeesBranches) {
  Recorder recorder;
  run([&]() -> Task<> {
    recorder.attach(get_running_loop());
    co_await sleep(0s);
    co_await gather(nothing(), nothing());
    recorder.detach();
  });
  // We go on, and make two branches; one ends; the other one, and we go on.
  EXPECT_EQ(recorder.seen(), "sdDdssDdeDdE");
}

TEST(LoopObserverTest, OfOneThatWasCancelledBeforeItsStartThereIsNoBody) {
  Recorder recorder;
  run([&]() -> Task<> {
    recorder.attach(get_running_loop());
    auto child = create_task(wait_for_ever);
    child.cancel();
    co_await sleep(0s);
    recorder.detach();
  });
  EXPECT_EQ(recorder.seen(), "sdsDdeDd");
  EXPECT_EQ(recorder.bodies(), "");
}

TEST(LoopObserverTest, OneStartAndOneEndForEachTask) {
  Recorder first;
  Recorder second;
  run([&]() -> Task<> {
    auto before = create_task(sleep(1ms));
    co_await sleep(0s);
    first.attach(get_running_loop());
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      tg.limit(1);
      tg.create_tasks(nothing_with, std::views::iota(0, 3));
      second.attach(get_running_loop());  // while two are held back
      co_await before;
    });
    first.detach();
    second.detach();
  });
  for (const Recorder* recorder : {&first, &second}) {
    EXPECT_EQ(recorder->starts(), 5) << recorder->seen();  // and we
    const auto ends = std::ranges::count_if(recorder->seen(), [](char c) { return c == 'e' || c == 'E'; });
    EXPECT_EQ(ends, 4) << recorder->seen();
  }
}

TEST(LoopObserverTest, SeesTurnsOfAForeignLoop) {
  Recorder recorder;
  Loop loop;
  recorder.attach(loop);
  auto task = loop.create_task(nothing);
  loop.run_ready();
  EXPECT_EQ(recorder.seen(), "tsdeDT");
  EXPECT_TRUE(recorder.times_ascend());
}

TEST(LoopObserverTest, IsDetachedWhenTheLoopCloses) {
  Recorder recorder;
  run([&]() -> Task<> {
    recorder.attach(get_running_loop());
    co_return;
  });
  EXPECT_EQ(recorder.attached_to(), nullptr);
  EXPECT_EQ(recorder.seen().back(), 'c');
}

TEST(LoopObserverTest, MayEndBeforeItsLoop) {
  run([]() -> Task<> {
    {
      Recorder recorder;
      recorder.attach(get_running_loop());
      co_await sleep(1ms);
    }
    co_await sleep(1ms);
  });
}

TEST(LoopObserverTest, SeesHowLateATimerIs) {
  Recorder recorder;
  run([&]() -> Task<> {
    recorder.attach(get_running_loop());
    while (recorder.late() < 4'000'000) {  // once, unless the machine is so slow that both wake together
      auto sleeper = create_task(sleep(5ms));
      co_await sleep(1ms);
      const auto until = std::chrono::steady_clock::now() + 10ms;
      while (std::chrono::steady_clock::now() < until) continue;
      co_await sleeper;
    }
    recorder.detach();
  });
}

TEST(LoopObserverTest, CannotWatchAClosedLoop) {
  Recorder recorder;
  Loop loop;
  loop.close();
  EXPECT_THROW(recorder.attach(loop), RuntimeError);
}

}  // namespace
}  // namespace eddy
