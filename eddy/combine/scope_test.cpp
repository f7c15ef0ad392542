// SPDX-License-Identifier: MIT
#include "eddy/combine/scope.h"

#include <memory>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

/// A class with background work, as the documentation of Scope shows it.
class Client {
 public:
  void start(bool& ended, Duration cleanup) { tasks_.create_task(slow_to_end, std::ref(ended), cleanup); }
  Task<> aclose() { co_await tasks_.close(); }

 private:
  Scope tasks_;
};

EDDY_TEST(ScopeTest, CloseCancelsItsTasksAndWaits) {
  bool ended = false;
  Client client;
  client.start(ended, 2s);
  co_await sleep(1s);
  TimePoint begin = now();
  co_await client.aclose();
  EXPECT_TRUE(ended);
  EXPECT_EQ(now() - begin, 2s);
}

EDDY_TEST(ScopeTest, JoinWaitsForAllOfThem) {
  Scope scope;
  Ints log;
  scope.create_task(append_after, 2s, std::ref(log), 2);
  scope.create_task(append_after(1s, log, 1));
  EXPECT_FALSE(scope.empty());
  co_await scope.join();
  EXPECT_EQ(log, (Ints{1, 2}));
  EXPECT_TRUE(scope.empty());
  co_await scope.join();
}

EDDY_TEST(ScopeTest, AnErrorLeavesTheOthersAloneAndComesOutOfJoin) {
  Scope scope;
  Ints log;
  scope.create_task(fail_after, 1s, "a");
  scope.create_task(append_after, 2s, std::ref(log), 1);
  scope.create_task(fail_after, 3s, "b");
  auto r = co_await outcome(scope.join());
  EXPECT_EQ(errors_in(r), (Texts{boom("a"), boom("b")}));
  EXPECT_EQ(log, Ints{1});
  co_await scope.close();  // thrown once
}

EDDY_TEST(ScopeTest, ErrorsNobodyJoinedForGoToTheHandler) {
  {
    Scope scope;
    scope.create_task(fail_after, 1s, "x");
    co_await sleep(2s);
  }
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(ScopeTest, ClosedItTakesNoMore) {
  Scope scope;
  co_await scope.close();
  EXPECT_THROW(scope.create_task(sleep, 1s), RuntimeError);
}

EDDY_TEST(ScopeTest, CancelLeavesItOpen) {
  Scope scope;
  bool first = false;
  scope.create_task(wait_long, std::ref(first));
  co_await sleep(1s);
  scope.cancel();
  auto again = scope.create_task(value_after, 1s, 2);
  co_await scope.join();
  EXPECT_TRUE(first);
  EXPECT_EQ(again.result(), 2);
}

// 3b §1.1
EDDY_TEST(ScopeTest, CancellingTheTaskEndsItsChildrenBeforeTheFramesDie) {
  bool frame_gone = false, used_after = false;
  auto child = [&]() -> Task<> {
    co_await finally(sleep(1h), [&]() -> Task<> {
      co_await sleep(2s);
      used_after = frame_gone;
    });
  };
  auto task = create_task([&]() -> Task<> {
    Dies local(frame_gone);
    Scope scope;
    scope.create_task(std::ref(child));
    co_await task_group([](TaskGroup& tg) { tg.create_task(sleep, 1h); });
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(frame_gone);
  EXPECT_FALSE(used_after);
}

// 3b §1.1: a close() after a cancelled await never runs; the children still end.
EDDY_TEST(ScopeTest, CancelledWhileClosingItStillWaitsForTheChildren) {
  bool ended = false;
  auto task = create_task([&]() -> Task<> {
    Client client;
    client.start(ended, 5s);
    co_await sleep(1s);
    co_await client.aclose();
  });
  co_await sleep(2s);
  TimePoint begin = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(ended);
  EXPECT_EQ(now() - begin, 4s);
}

EDDY_TEST(ScopeTest, DestroyedWithRunningTasksItSaysSoAndTheTaskEndsAfterThem) {
  bool ended = false;
  auto task = create_task([&]() -> Task<> {
    Client client;
    client.start(ended, 2s);
    co_await sleep(1s);
  });
  co_await task;
  EXPECT_TRUE(ended);
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_NE(lost[0].find("Scope"), std::string::npos);
}

EDDY_TEST(ScopeTest, DestroyedBySomebodyElseWhileItsTaskUnwindsTheTaskGoesOn) {
  bool ended = false;
  auto client = std::make_unique<Client>();
  auto task = create_task([&]() -> Task<> {
    client->start(ended, 5s);
    co_await sleep(1h);
  });
  co_await sleep(1s);
  task.cancel();
  co_await sleep(1s);
  client.reset();
  co_await wait(task);
  EXPECT_TRUE(ended && task.cancelled());
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(ScopeTest, OutlivingItsTaskItsChildrenAreTheLoops) {
  bool ended = false;
  Client client;
  auto task = create_task([&]() -> Task<> {
    client.start(ended, 1s);
    co_return;
  });
  co_await task;
  co_await sleep(1s);
  EXPECT_FALSE(ended);
  EXPECT_EQ(all_tasks().size(), 2u);  // this one, and the client's
  co_await client.aclose();
  EXPECT_TRUE(ended);
}

EDDY_TEST(ScopeTest, InABranchOfAGatherItOutlivesTheBranch) {
  bool ended = false;
  Client client;
  auto branch = [&]() -> Task<> {
    client.start(ended, 1s);
    co_await checkpoint();
  };
  co_await gather(branch(), sleep(2s));
  EXPECT_FALSE(ended);
  co_await client.aclose();
  EXPECT_TRUE(ended);
}

EDDY_TEST(ScopeTest, UsedFromACallbackItsTasksAreTheLoops) {
  Scope scope;
  bool ended = false;
  get_running_loop().call_soon([&] { scope.create_task(slow_to_end, std::ref(ended), 1s); });
  co_await sleep(1s);
  EXPECT_EQ(all_tasks().size(), 2u);
  co_await scope.close();
  EXPECT_TRUE(ended);
}

EDDY_TEST(ScopeTest, TwoMayWaitForIt) {
  Scope scope;
  scope.create_task(sleep, 1s);
  co_await gather(scope.join(), scope.join());
  EXPECT_TRUE(scope.empty());
}

EDDY_TEST(ScopeTest, SpawnedIntoWhileItsTaskIsCancelledTheChildNeverRuns) {
  bool ran = false;
  auto task = create_task([&]() -> Task<> {
    Scope scope;
    scope.create_task(sleep, 0s);
    co_await scope.join();
    auto r = co_await outcome(sleep(1h));
    scope.create_task([&]() -> Task<> {
      ran = true;
      co_return;
    });
    co_await checkpoint();
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace eddy
