// SPDX-License-Identifier: MIT
#include "eddy/core/loop_observer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/core/create_task.h"
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
  void on_close() noexcept override { seen_ += 'c'; }

  void saw(char what, detail::Nanos at) {
    times_ascend_ = times_ascend_ && at >= last_;
    last_ = at;
    seen_ += what;
  }

  std::string seen_;
  int starts_ = 0;
  bool times_ascend_ = true;
  detail::Nanos last_ = 0;
  detail::Nanos late_ = 0;
};

Task<> nothing() { co_return; }

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
  // We, who start the child; the child; we; a sleep; and we again, until we detach.
  EXPECT_EQ(recorder.seen(), "dsDdDdDTtd");
  EXPECT_EQ(recorder.starts(), 1);
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
    auto sleeper = create_task(sleep(2ms));
    co_await sleep(1ms);
    const auto until = std::chrono::steady_clock::now() + 6ms;
    while (std::chrono::steady_clock::now() < until) continue;
    co_await sleeper;
    recorder.detach();
  });
  EXPECT_GE(recorder.late(), 4'000'000);
}

TEST(LoopObserverTest, CannotWatchAClosedLoop) {
  Recorder recorder;
  Loop loop;
  loop.close();
  EXPECT_THROW(recorder.attach(loop), RuntimeError);
}

}  // namespace
}  // namespace eddy
