// SPDX-License-Identifier: MIT
#include "eddy/combine/context_manager.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Log = std::vector<std::string>;

ContextManager<std::string> managed(Log& log, std::string name) {
  ScopeGuard gone([&] { log.push_back("gone"); });
  co_await sleep(1s);
  log.push_back("open " + name);
  ExitReason why = co_yield name;
  co_await sleep(1s);
  log.push_back(why.value() ? "value" : why.failed() ? "failed" : "cancelled");
}

EDDY_TEST(ContextManager, OpensRunsCloses) {
  Log log;
  auto manager = managed(log, "db");
  std::string& name = co_await manager.aenter();
  EXPECT_EQ(name, "db");
  co_await manager.aexit(ExitReason());
  EXPECT_EQ(log, (Log{"open db", "value", "gone"}));
}

EDDY_TEST(ContextManager, LearnsHowTheBodyEnded) {
  Log log;
  co_await with(managed(log, "a"), [&](std::string&) {});
  CO_ASSERT_THROW(co_await with(managed(log, "b"), [&](std::string&) { throw std::runtime_error("body"); }),
                  std::runtime_error);
  auto r = co_await try_for(with(managed(log, "c"), [&](std::string&) { return sleep(1h); }), 2s);
  EXPECT_FALSE(r);
  EXPECT_EQ(log, (Log{"open a", "value", "gone", "open b", "failed", "gone", "open c", "cancelled", "gone"}));
}

EDDY_TEST(ContextManager, TheReasonCarriesTheError) {
  std::string message;
  auto manager = [](std::string& told) -> ContextManager<int> {
    ExitReason why = co_yield 5;
    if (auto* error = why.error_as<std::runtime_error>()) told = error->what();
  };
  auto body = [](int& n) -> Task<> {
    co_await checkpoint();
    throw std::runtime_error("number " + std::to_string(n));
  };
  CO_ASSERT_THROW(co_await with(manager(message), body), std::runtime_error);
  EXPECT_EQ(message, "number 5");
}

EDDY_TEST(ContextManager, WithoutAYieldIsAnError) {
  auto never = [](bool yield) -> ContextManager<int> {
    if (yield) co_yield 1;
  };
  bool ran = false;
  auto r = co_await outcome(with(never(false), [&](int&) { ran = true; }));
  EXPECT_TRUE(r.error_as<RuntimeError>()) << r.message();
  EXPECT_FALSE(ran);
}

EDDY_TEST(ContextManager, WithTwoYieldsIsAnError) {
  bool gone = false;
  auto twice = [](bool& mark) -> ContextManager<int> {
    ScopeGuard guard([&] { mark = true; });
    co_yield 1;
    co_yield 2;
  };
  auto r = co_await outcome(with(twice(gone), [&](int& n) { return n; }));
  EXPECT_TRUE(r.error_as<RuntimeError>()) << r.message();
  EXPECT_TRUE(gone);
}

EDDY_TEST(ContextManager, ErrorsOfOpeningAndClosingComeOut) {
  auto failing = [](bool early) -> ContextManager<int> {
    if (early) throw std::logic_error("opening");
    co_yield 1;
    throw std::logic_error("closing");
  };
  bool ran = false;
  auto opening = co_await outcome(with(failing(true), [&](int&) { ran = true; }));
  EXPECT_EQ(opening.message(), "opening");
  EXPECT_FALSE(ran);
  auto closing = co_await outcome(with(failing(false), [&](int&) { ran = true; }));
  EXPECT_EQ(closing.message(), "closing");
  EXPECT_TRUE(ran);
}

EDDY_TEST(ContextManager, MayGiveNothing) {
  int closed = 0;
  auto manager = [](int& count) -> ContextManager<> {
    co_yield {};
    ++count;
  };
  int result = co_await with(manager(closed), [&] { return 7; });
  EXPECT_EQ(result, 7);
  EXPECT_EQ(closed, 1);
}

EDDY_TEST(ContextManager, CancelledWhileOpeningIsDestroyed) {
  Log log;
  auto r = co_await try_for(with(managed(log, "slow"), [&](std::string&) {}), 500ms);
  EXPECT_FALSE(r);
  EXPECT_EQ(log, (Log{"gone"}));
}

EDDY_TEST(ContextManager, EnteringTwiceOrLeavingUnenteredThrows) {
  Log log;
  auto manager = managed(log, "x");
  auto early = co_await outcome(manager.aexit(ExitReason()));
  EXPECT_TRUE(early.error_as<RuntimeError>()) << early.message();
  co_await manager.aenter();
  auto again = co_await outcome(manager.aenter());
  EXPECT_TRUE(again.error_as<RuntimeError>()) << again.message();
  co_await manager.aexit(ExitReason());
  auto late = co_await outcome(manager.aexit(ExitReason()));
  EXPECT_TRUE(late.error_as<RuntimeError>()) << late.message();
}

EDDY_TEST(ContextManager, DestroyedWhileOpenDestroysItsLocals) {
  Log log;
  {
    auto manager = managed(log, "x");
    co_await manager.aenter();
    auto moved = std::move(manager);
  }
  EXPECT_EQ(log, (Log{"open x", "gone"}));
}

EDDY_TEST(ContextManager, NeverEnteredNeverRuns) {
  Log log;
  {
    auto manager = managed(log, "x");
  }
  EXPECT_TRUE(log.empty());
  co_return;
}

}  // namespace
}  // namespace eddy
