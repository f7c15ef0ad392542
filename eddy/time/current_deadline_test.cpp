// SPDX-License-Identifier: MIT
#include <chrono>
#include <functional>

#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::current_deadline;
using eddy::now;
using eddy::Task;
using eddy::Timeout;
using eddy::TimePoint;

Task<TimePoint> deadline_here() { co_return current_deadline(); }
Task<TimePoint> deadline_later() {
  co_await eddy::sleep(1s);
  co_return current_deadline();
}

TEST(CurrentDeadlineTest, IsNoneOutsideOfALoop) { EXPECT_EQ(current_deadline(), TimePoint::max()); }

EDDY_TEST(CurrentDeadline, IsNoneWithoutATimeout) {
  EXPECT_EQ(current_deadline(), TimePoint::max());
  EXPECT_EQ(co_await eddy::wait_for(deadline_here(), eddy::no_timeout), TimePoint::max());
}

EDDY_TEST(CurrentDeadline, IsThatOfTheTimeoutAround) {
  auto t0 = now();
  EXPECT_EQ(co_await eddy::wait_for(deadline_here(), 5s), t0 + 5s);
  EXPECT_EQ(co_await eddy::wait_for(deadline_later(), 5s), t0 + 5s);
  EXPECT_EQ(co_await eddy::timeout_at(t0 + 7s, deadline_here()), t0 + 7s);
  EXPECT_EQ(current_deadline(), TimePoint::max());
}

EDDY_TEST(CurrentDeadline, IsTheNearestOfNestedOnes) {
  auto t0 = now();
  EXPECT_EQ(co_await eddy::wait_for(eddy::wait_for(deadline_here(), 9s), 5s), t0 + 5s);
  EXPECT_EQ(co_await eddy::wait_for(eddy::wait_for(deadline_here(), 3s), 5s), t0 + 3s);
}

EDDY_TEST(CurrentDeadline, FollowsReschedule) {
  co_await eddy::timeout(5s, [](Timeout& limit) -> Task<> {
    auto later = now() + 9s;
    limit.reschedule(later);
    EXPECT_EQ(current_deadline(), later);
    limit.reschedule(eddy::no_timeout);
    EXPECT_EQ(current_deadline(), TimePoint::max());
    co_return;
  });
}

EDDY_TEST(CurrentDeadline, HoldsForChildrenAndBranches) {
  auto t0 = now();
  co_await eddy::timeout(5s, [&]() -> Task<> {
    auto both = co_await eddy::gather(deadline_here(), deadline_later());
    EXPECT_EQ(both.first, t0 + 5s);
    EXPECT_EQ(both.second, t0 + 5s);
    co_await eddy::task_group([&](eddy::TaskGroup& group) -> Task<> {
      auto child = group.create_task(deadline_here);
      EXPECT_EQ(co_await child, t0 + 5s);
      auto inner =
          group.create_task([&]() -> Task<TimePoint> { co_return co_await eddy::wait_for(deadline_here(), 2s); });
      EXPECT_LE(co_await inner, t0 + 3s);
    });
    auto loose = eddy::create_task(deadline_here);  // not cancelled with us
    EXPECT_EQ(co_await loose, TimePoint::max());
  });
}

EDDY_TEST(CurrentDeadline, AShieldHidesWhatIsAroundIt) {
  auto t0 = now();
  EXPECT_EQ(co_await eddy::wait_for(eddy::shield(deadline_here()), 5s), TimePoint::max());
  EXPECT_EQ(co_await eddy::wait_for(eddy::shield(eddy::wait_for(deadline_here(), 9s)), 5s), t0 + 9s);
}

EDDY_TEST(CurrentDeadline, HasPassedWhereWeAreCancelled) {
  co_await eddy::timeout(5s, [](Timeout& limit) -> Task<> {
    limit.reschedule(now());
    (void)co_await eddy::outcome(eddy::sleep(1s));
    EXPECT_EQ(current_deadline(), TimePoint::min());
  });
}

}  // namespace
