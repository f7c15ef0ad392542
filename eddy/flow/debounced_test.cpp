// SPDX-License-Identifier: MIT
#include "eddy/flow/debounced.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/flow/call_times_test.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using flow_test::Calls;
using flow_test::Times;

EDDY_TEST(Debounced, ManyCallsAreOneAfterTheQuiet) {
  Calls calls;
  Debounced save(500ms, [&] { calls.note(); });
  for (int i = 0; i < 10; ++i) {
    save();
    co_await sleep(100ms);
  }
  EXPECT_TRUE(save.pending());
  co_await sleep(5s);
  EXPECT_EQ(calls.at, Times{1400ms});
  EXPECT_FALSE(save.pending());
  save();
  co_await sleep(1s);
  EXPECT_EQ(calls.at, (Times{1400ms, 6500ms}));
}

EDDY_TEST(Debounced, ACallDuringTheCallIsANewOne) {
  Calls calls;
  int inside = 0;
  Debounced save(500ms, [&]() -> Task<> {
    EXPECT_EQ(++inside, 1);
    calls.note();
    co_await sleep(2s);
    --inside;
  });
  save();
  co_await sleep(1s);
  save();
  co_await sleep(10s);
  EXPECT_EQ(calls.at, (Times{500ms, 2500ms})) << "as soon as the first has ended";
}

EDDY_TEST(Debounced, FlushRunsItNowAndWaits) {
  Calls calls;
  Debounced save(500ms, [&]() -> Task<> {
    co_await sleep(1s);
    calls.note();
  });
  save();
  co_await save.flush();
  EXPECT_EQ(calls.at, Times{1s});
  co_await save.flush();
  EXPECT_EQ(calls.at.size(), 1U) << "nothing was due";
  save();
  co_await sleep(700ms);
  co_await save.flush();
  EXPECT_EQ(calls.at, (Times{1s, 2500ms})) << "waits for the one that runs";
}

EDDY_TEST(Debounced, FlushDoesNotWaitForCallsThatComeLater) {
  Calls calls;
  Debounced save(500ms, [&]() -> Task<> {
    calls.note();
    co_await sleep(1s);
  });
  save();
  auto flushed = create_task(save.flush());
  co_await sleep(100ms);
  save();
  co_await flushed;
  EXPECT_EQ(now() - calls.begin, 1s);
  co_await save.flush();
  EXPECT_EQ(calls.at.size(), 2U);
}

EDDY_TEST(Debounced, ACancelledFlushLeavesTheCall) {
  Calls calls;
  Debounced save(500ms, [&]() -> Task<> {
    co_await sleep(1s);
    calls.note();
  });
  save();
  auto flushed = create_task(save.flush());
  co_await sleep(100ms);
  co_await cancel_and_wait(flushed);
  co_await sleep(5s);
  EXPECT_EQ(calls.at, Times{1s});
}

EDDY_TEST(Debounced, CancelForgetsWhatIsDue) {
  Calls calls;
  Debounced save(500ms, [&] { calls.note(); });
  save();
  auto waiting = create_task(save.flush());
  save.cancel();
  EXPECT_FALSE(save.pending());
  co_await waiting;
  co_await sleep(5s);
  EXPECT_TRUE(calls.at.empty());
  save();
  co_await sleep(1s);
  EXPECT_EQ(calls.at.size(), 1U);
}

EDDY_TEST(Debounced, ErrorsAreReportedAndItGoesOn) {
  int calls = 0;
  Debounced save(500ms, [&] {
    if (++calls == 1) throw std::runtime_error("disk full");
  });
  save();
  co_await sleep(1s);
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1U);
  EXPECT_NE(lost[0].find("disk full"), std::string::npos);
  save();
  co_await sleep(1s);
  EXPECT_EQ(calls, 2);
}

EDDY_TEST(Debounced, DestroyedItForgetsAndCancels) {
  int calls = 0;
  bool cancelled = false;
  {
    Debounced due(500ms, [&] { ++calls; });
    due();
    co_await sleep(100ms);
    Debounced never(500ms, [&] { ++calls; });
    never();  // not even its worker runs
    auto load = [&]() -> Task<> { co_await on_cancel(sleep(1h), [&] { cancelled = true; }); };
    Debounced runs(0s, load);
    runs();
    co_await sleep(100ms);
  }
  co_await sleep(5s);
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(cancelled);
}

EDDY_TEST(Debounced, ClosingWaitsForTheEnd) {
  bool clean = false;
  auto work = [&]() -> Task<> {
    co_await finally(sleep(1h), [&]() -> Task<> {
      co_await sleep(5s);
      clean = true;
    });
  };
  Debounced save(100ms, work);
  co_await with(save, [&](Debounced& inside) -> Task<> {
    inside();
    co_await sleep(1s);
  });
  EXPECT_TRUE(clean);
}

EDDY_TEST(Debounced, ClosedBeforeItBeganItCanBeUsedAgain) {
  Calls calls;
  Debounced save(500ms, [&] { calls.note(); });
  save();
  co_await save.aclose();
  save();
  co_await sleep(1s);
  EXPECT_EQ(calls.at, Times{500ms});
  Debounced unused(500ms, [&] { calls.note(); });
  co_await unused.aclose();
}

EDDY_TEST(Debounced, MovesWithWhatIsDue) {
  Calls calls;
  Debounced a(500ms, [&] { calls.note(); });
  a();
  Debounced b = std::move(a);
  co_await sleep(1s);
  EXPECT_EQ(calls.at, Times{500ms});
  b = Debounced(1s, [&] { calls.note(); });
  b();
  co_await b.flush();
  EXPECT_EQ(calls.at.size(), 2U);
}

TEST(DebouncedTest, NeedsALoop) {
  Debounced save(1ms, [] {});
  EXPECT_THROW(save(), RuntimeError);
}

EDDY_TEST(Debounced, OfATimeWithoutEndRunsOnlyWhenFlushed) {
  Calls calls;
  Debounced save(std::chrono::hours::max(), [&] { calls.note(); });
  save();
  co_await sleep(1h);
  EXPECT_EQ(calls.at, Times());
  co_await save.flush();
  EXPECT_EQ(calls.at.size(), 1U);
}

EDDY_TEST(Debounced, FlushingItFromInsideIsAMistake) {
  Debounced* self = nullptr;
  bool refused = false;
  Debounced save(1s, [&]() -> Task<> {
    auto ended = co_await outcome(self->flush());
    refused = ended.error_as<RuntimeError>();
  });
  self = &save;
  save();
  co_await sleep(2s);
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace eddy
