// SPDX-License-Identifier: MIT
#include "eddy/combine/exit_stack.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/combine/cancel_and_wait.h"
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

class Pool {
 public:
  Pool(Log& log, std::string name) : log_(&log), name_(std::move(name)) {}
  Pool(Pool&&) = default;
  Pool& operator=(Pool&&) = default;
  const std::string& name() const { return name_; }
  Task<> aclose() {
    co_await sleep(1s);
    log_->push_back("close " + name_);
  }

 private:
  Log* log_;
  std::string name_;
};

Task<Pool> open_pool(Log& log, std::string name) {
  co_await sleep(1s);
  if (name == "broken") throw std::logic_error("opening");
  co_return Pool(log, name);
}

ContextManager<std::string> managed(Log& log, std::string name) {
  ExitReason why = co_yield name;
  co_await sleep(1s);
  log.push_back(name + (why.value() ? " value" : why.failed() ? " failed" : " cancelled"));
}

struct Session {
  explicit Session(Log& l) : log(&l) {}
  Task<int> aenter() { co_return 42; }
  Task<> aexit(ExitReason) {
    log->push_back("left");
    co_return;
  }
  Log* log;
};

EDDY_TEST(ExitStack, ClosesLastInFirstOut) {
  Log log;
  ExitStack stack;
  auto& a = co_await stack.enter(open_pool(log, "a"));
  auto& b = co_await stack.enter(Pool(log, "b"));
  std::string& c = co_await stack.enter(managed(log, "c"));
  int& token = co_await stack.enter(Session(log));
  auto result = co_await with(stack, [&]() -> Task<std::string> {
    co_await sleep(1s);
    co_return a.name() + b.name() + c + std::to_string(token);
  });
  EXPECT_EQ(result, "abc42");
  EXPECT_EQ(log, (Log{"left", "c value", "close b", "close a"}));
  EXPECT_TRUE(stack.empty());
}

EDDY_TEST(ExitStack, MayBeFilledByTheBody) {
  Log log;
  ExitStack stack;
  auto body = [&](ExitStack& given) -> Task<> {
    EXPECT_EQ(&given, &stack);
    co_await stack.enter(open_pool(log, "a"));
    co_await stack.enter(open_pool(log, "broken"));
  };
  CO_ASSERT_THROW(co_await with(stack, body), std::logic_error);
  EXPECT_EQ(log, (Log{"close a"}));
  co_await with(ExitStack(), [&](ExitStack& own) -> Task<> { co_await own.enter(open_pool(log, "b")); });
  EXPECT_EQ(log, (Log{"close a", "close b"}));
}

EDDY_TEST(ExitStack, CallsBack) {
  Log log;
  ExitStack stack;
  stack.push([&] { log.push_back("plain"); });
  stack.push([&]() -> Task<> {
    co_await sleep(1s);
    log.push_back("awaited");
  });
  stack.push([&](ExitReason why) { log.push_back(why.failed() ? "failed" : "not failed"); });
  stack.push([](Log& l, const std::string& text) { l.push_back(text); }, std::ref(log), "arguments");
  CO_ASSERT_THROW(co_await with(stack, [] { throw std::runtime_error("body"); }), std::runtime_error);
  EXPECT_EQ(log, (Log{"arguments", "failed", "awaited", "plain"}));
}

EDDY_TEST(ExitStack, ClosesEverythingAlsoWhenSomeOfItThrows) {
  Log log;
  ExitStack stack;
  stack.push([&](ExitReason why) { log.push_back(why.error_as<std::logic_error>() ? "told" : "not told"); });
  stack.push([]() -> Task<> {
    co_await sleep(1s);
    throw std::logic_error("second");
  });
  stack.push([] { throw std::runtime_error("first"); });
  auto r = co_await outcome(stack.aclose());
  EXPECT_EQ(r.message(), "second");
  EXPECT_EQ(log, (Log{"told"}));
  EXPECT_EQ(test::lost_errors().size(), 1U);
}

EDDY_TEST(ExitStack, ClosingCannotBeCancelledHalfWay) {
  Log log;
  auto task = create_task([&]() -> Task<> {
    ExitStack stack;
    co_await stack.enter(Pool(log, "a"));
    co_await stack.enter(Pool(log, "b"));
    co_await stack.aclose();
  });
  co_await sleep(500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, (Log{"close b", "close a"}));
}

EDDY_TEST(ExitStack, CancelledBodyClosesAndTheCancelGoesOn) {
  Log log;
  ExitStack stack;
  auto r = co_await try_for(with(stack,
                                 [&]() -> Task<> {
                                   co_await stack.enter(managed(log, "a"));
                                   co_await sleep(1h);
                                 }),
                            1s);
  EXPECT_FALSE(r);
  EXPECT_EQ(log, (Log{"a cancelled"}));
}

EDDY_TEST(ExitStack, CancelledWhileEnteringHasNothingToClose) {
  Log log;
  ExitStack stack;
  auto enter = [&]() -> Task<> { co_await stack.enter(open_pool(log, "a")); };
  auto r = co_await try_for(enter(), 500ms);
  EXPECT_FALSE(r);
  EXPECT_TRUE(stack.empty());
}

EDDY_TEST(ExitStack, PopAllKeepsThingsOpen) {
  Log log;
  ExitStack kept;
  {
    ExitStack opening;
    co_await opening.enter(Pool(log, "a"));
    kept = opening.pop_all();
    EXPECT_TRUE(opening.empty());
  }
  EXPECT_TRUE(log.empty());
  co_await kept.aclose();
  EXPECT_EQ(log, (Log{"close a"}));
}

EDDY_TEST(ExitStack, DestroyedWhileOpenSaysSo) {
  Log log;
  {
    ExitStack stack;
    co_await stack.enter(Pool(log, "a"));
    stack.push([] {});
  }
  EXPECT_TRUE(log.empty());
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1U);
  EXPECT_NE(lost[0].find("2 open"), std::string::npos) << lost[0];
}

EDDY_TEST(ExitStack, HoldsObjectsInPlace) {
  Log log;
  Pool pool(log, "mine");
  ExitStack stack;
  auto& same = co_await stack.enter(pool);
  EXPECT_EQ(&same, &pool);
  co_await stack.aclose();
  EXPECT_EQ(log, (Log{"close mine"}));
}

}  // namespace
}  // namespace eddy
