// SPDX-License-Identifier: MIT
#include "eddy/combine/with.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using test::Counters;
using test::Tracked;
using Log = std::vector<std::string>;

/// Closed by aclose.
class Pool {
 public:
  Pool(Log& log, std::string name) : log_(&log), name_(std::move(name)) {}
  Pool(Pool&&) = default;
  Pool& operator=(Pool&&) = default;
  std::string use() { return "used " + name_; }
  Task<> aclose() {
    co_await sleep(1s);
    log_->push_back("close " + name_);
    if (name_ == "bad") throw std::logic_error("closing");
  }

 private:
  Log* log_;
  std::string name_;
};

Task<Pool> open_pool(Log& log, std::string name) {
  co_await sleep(1s);
  if (name == "broken") throw std::logic_error("opening");
  log.push_back("open " + name);
  co_return Pool(log, name);
}

/// Entered and left.
struct Session {
  explicit Session(Log& l) : log(&l) {}
  Task<std::string> aenter() {
    co_await sleep(1s);
    co_return "token";
  }
  Task<> aexit(ExitReason why) {
    co_await sleep(1s);
    log->push_back(why.value() ? "value" : why.failed() ? "failed" : "cancelled");
  }
  void aclose() { log->push_back("aclose"); }
  Log* log;
};

EDDY_TEST(With, OpensRunsAndCloses) {
  Log log;
  auto start = now();
  auto result = co_await with(open_pool(log, "db"), [&](Pool& db) -> Task<std::string> {
    co_await sleep(1s);
    co_return db.use();
  });
  EXPECT_EQ(result, "used db");
  EXPECT_EQ(log, (Log{"open db", "close db"}));
  EXPECT_EQ(now() - start, 3s);
}

EDDY_TEST(With, SeveralOpenLeftToRightAndCloseRightToLeft) {
  Log log;
  co_await with(open_pool(log, "a"), open_pool(log, "b"), Pool(log, "c"), [&](Pool& a, Pool& b, Pool& c) -> Task<> {
    log.push_back(a.use() + b.use() + c.use());
    co_return;
  });
  EXPECT_EQ(log, (Log{"open a", "open b", "used aused bused c", "close c", "close b", "close a"}));
}

EDDY_TEST(With, TheBodyMayReturnAnythingAndTakeLess) {
  Log log;
  int plain = co_await with(Pool(log, "a"), [](Pool&) { return 3; });
  EXPECT_EQ(plain, 3);
  co_await with(Pool(log, "a"), [] {});
  auto moved = co_await with(Pool(log, "a"), Pool(log, "b"), [](Pool&) { return std::make_unique<int>(4); });
  EXPECT_EQ(*moved, 4);
  int target = 0;
  int& reference = co_await with(Pool(log, "a"), [&](Pool&) -> Task<int&> { co_return target; });
  EXPECT_EQ(&reference, &target);
  auto task = create_task([]() -> Task<int> { co_return 6; });
  int awaited = co_await with(Pool(log, "a"), [&] { return std::move(task); });
  EXPECT_EQ(awaited, 6);
}

EDDY_TEST(With, EntersAndGivesWhatEnteringGave) {
  Log log;
  auto token = co_await with(Session(log), [](std::string& t) { return t; });
  EXPECT_EQ(token, "token");
  EXPECT_EQ(log, (Log{"value", "aclose"}));
  Session in_place(log);
  co_await with(in_place, [](std::string&) {});
  EXPECT_EQ(log.size(), 4U);
}

EDDY_TEST(With, AnAwaitableMayGiveAReference) {
  Log log;
  Pool pool(log, "kept");
  auto lend = [&]() -> Task<Pool&> {
    co_await checkpoint();
    co_return pool;
  };
  co_await with(lend(), [&](Pool& lent) { EXPECT_EQ(&lent, &pool); });
  EXPECT_EQ(log, (Log{"close kept"}));
}

EDDY_TEST(With, AnErrorOfTheBodyGoesOnAfterTheClosing) {
  Log log;
  auto start = now();
  CO_ASSERT_THROW(co_await with(open_pool(log, "a"), Session(log),
                                [&](Pool&, std::string&) -> Task<> {
                                  co_await sleep(1s);
                                  throw std::runtime_error("body");
                                }),
                  std::runtime_error);
  EXPECT_EQ(log, (Log{"open a", "failed", "aclose", "close a"}));
  EXPECT_EQ(now() - start, 5s);
}

EDDY_TEST(With, ClosesWhenTheNextCannotBeOpened) {
  Log log;
  bool ran = false;
  auto r = co_await outcome(with(open_pool(log, "a"), open_pool(log, "broken"), [&](Pool&, Pool&) { ran = true; }));
  EXPECT_EQ(r.message(), "opening");
  EXPECT_FALSE(ran);
  EXPECT_EQ(log, (Log{"open a", "close a"}));
}

EDDY_TEST(With, CancelledWhileOpeningTheNextClosesTheFirst) {
  Log log;
  auto r = co_await try_for(with(open_pool(log, "a"), open_pool(log, "b"), [&](Pool&, Pool&) {}), 1500ms);
  EXPECT_FALSE(r);
  EXPECT_EQ(log, (Log{"open a", "close a"}));
}

EDDY_TEST(With, CancelledBodyClosesShieldedAndTheCancelGoesOn) {
  Log log;
  bool after = false;
  auto task = create_task([&]() -> Task<> {
    co_await with(open_pool(log, "a"), Session(log), [&](Pool&, std::string&) { return sleep(1h); });
    after = true;
  });
  co_await sleep(5s);
  auto start = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(after);
  EXPECT_EQ(now() - start, 2s);
  EXPECT_EQ(log, (Log{"open a", "cancelled", "aclose", "close a"}));
}

EDDY_TEST(With, CancelDuringTheClosingKeepsTheValue) {
  Log log;
  int got = 0;
  auto task = create_task([&]() -> Task<> {
    got = co_await with(Pool(log, "a"), [](Pool&) { return 5; });
    co_await checkpoint();
    ADD_FAILURE() << "the cancellation is pending";
  });
  co_await sleep(500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(got, 5);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(log, (Log{"close a"}));
}

EDDY_TEST(With, AClosingThatThrowsWins) {
  Log log;
  auto only = co_await outcome(with(open_pool(log, "bad"), [](Pool&) {}));
  EXPECT_EQ(only.message(), "closing");
  auto both = co_await outcome(with(open_pool(log, "bad"), [](Pool&) { throw std::runtime_error("body"); }));
  EXPECT_EQ(both.message(), "closing");
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1U);
  EXPECT_NE(lost[0].find("body"), std::string::npos) << lost[0];
  auto cancelled =
      create_task([&]() -> Task<> { co_await with(open_pool(log, "bad"), [](Pool&) { return sleep(1h); }); });
  co_await sleep(2s);
  cancelled.cancel();
  auto r = co_await outcome(cancelled);
  EXPECT_EQ(r.message(), "closing");
}

EDDY_TEST(With, KeepsWhatItWasGivenUntilTheEnd) {
  Counters counts;
  Log log;
  Tracked captured(counts, 9);
  auto body = [captured = std::move(captured)](Pool&) -> Task<int> {
    co_await sleep(1s);
    co_return captured.value();
  };
  EXPECT_EQ(co_await with(Pool(log, "a"), body), 9);
  EXPECT_EQ(counts.copies, 1);
  EXPECT_EQ(co_await with(Pool(log, "a"), std::ref(body)), 9);
  EXPECT_EQ(counts.copies, 1);
}

EDDY_TEST(With, NeverAwaitedDoesNothing, test::Options{}.debug(false)) {
  Log log;
  {
    auto unused = with(open_pool(log, "a"), [](Pool&) {});
    (void)unused;
  }
  EXPECT_TRUE(log.empty());
  co_return;
}

EDDY_TEST(With, Nests) {
  Log log;
  int depth = 0;
  auto nest = [&](auto& self, int left) -> Task<int> {
    if (left == 0) co_return ++depth;
    co_return co_await with(Session(log), [&](std::string&) { return self(self, left - 1); });
  };
  EXPECT_EQ(co_await nest(nest, 20), 1);
  EXPECT_EQ(log.size(), 40U);
}

}  // namespace
}  // namespace eddy
