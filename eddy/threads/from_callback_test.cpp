// SPDX-License-Identifier: MIT
#include "eddy/threads/from_callback.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/base/random.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::Callback;
using eddy::create_task;
using eddy::from_callback;
using eddy::Task;

EDDY_TEST(FromCallback, CalledAtOnce) {
  int n = co_await from_callback<int>([](auto done) { done(7); });
  EXPECT_EQ(n, 7);
  co_await from_callback<>([](auto done) { done(); });
}

EDDY_TEST(FromCallback, CalledLaterFromTheLoop) {
  std::function<void(std::string)> saved;
  auto task = create_task(from_callback<std::string>([&](auto done) { saved = done; }));
  co_await eddy::test::all_blocked();
  saved("now");
  saved("too late");
  EXPECT_EQ(co_await task, "now");
}

EDDY_TEST(FromCallback, CalledFromAnotherThreadHoldsTheClock) {
  auto start = eddy::now();
  std::thread api;
  auto value = co_await from_callback<std::unique_ptr<int>>([&](Callback<std::unique_ptr<int>> done) {
    api = std::thread([done] {
      std::this_thread::sleep_for(5ms);
      done(std::make_unique<int>(3));
    });
  });
  api.join();
  EXPECT_EQ(*value, 3);
  EXPECT_EQ(eddy::now(), start);
}

EDDY_TEST(FromCallback, FailsWithAnError) {
  EXPECT_THROW(co_await from_callback<int>([](auto done) { done.fail(std::domain_error("no")); }), std::domain_error);
  EXPECT_THROW(co_await from_callback<int>([](Callback<int>) { throw std::range_error("not started"); }),
               std::range_error);
}

EDDY_TEST(FromCallback, ACallbackThatCanNeverComeIsAnError) {
  EXPECT_THROW(co_await from_callback<int>([](auto) {}), eddy::RuntimeError);
  std::optional<Callback<int>> kept;
  auto task = create_task(from_callback<int>([&](auto done) { kept = done; }));
  co_await eddy::test::all_blocked();
  kept.reset();
  EXPECT_THROW(co_await task, eddy::RuntimeError);
}

EDDY_TEST(FromCallback, CancelledItTellsTheApiAndDropsWhatComesLater) {
  std::optional<Callback<int>> kept;
  bool told = false;
  auto task = create_task(from_callback<int>([&](auto done) {
    kept = done;
    return [&] { told = true; };
  }));
  co_await eddy::test::all_blocked();
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_TRUE(told);
  (*kept)(5);
}

EDDY_TEST(FromCallback, CancelledBeforeItStartsItCallsNothing) {
  bool called = false;
  auto task = create_task(from_callback<int>([&](auto done) {
    called = true;
    done(1);
  }));
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_FALSE(called);
}

EDDY_TEST(FromCallback, CancelledInTheRaceWithTheCallItsValueIsDelivered) {
  std::optional<Callback<int>> kept;
  int got = 0;
  auto task = create_task([&]() -> Task<> {
    got = co_await from_callback<int>([&](auto done) { kept = done; });
    co_await eddy::checkpoint();
    ADD_FAILURE() << "went on after a cancel";
  });
  co_await eddy::test::all_blocked();
  (*kept)(8);
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_EQ(got, 8);
}

using CApi = void (*)(int result, void* user);
void c_api(CApi callback, void* user) {
  std::thread([callback, user] { callback(11, user); }).detach();
}

EDDY_TEST(FromCallback, GoesThroughCAsAPointer) {
  auto n = co_await from_callback<int>([](Callback<int> done) {
    c_api([](int result, void* user) { Callback<int>::from_pointer(user)(result); }, done.to_pointer());
  });
  EXPECT_EQ(n, 11);
}

TEST(FromCallbackTest, StressCallsAndCancelsFromManyThreads) {
  eddy::run([]() -> Task<> {
    eddy::Random random(3);
    for (int round = 0; round < 300; ++round) {
      std::optional<std::thread> api;
      auto task = create_task(from_callback<int>([&](Callback<int> done) { api.emplace([done] { done(1); }); }));
      for (std::uint64_t turns = random.below(4); turns > 0; --turns) co_await eddy::checkpoint();
      if (random.below(2) == 0) task.cancel();
      try {
        EXPECT_EQ(co_await task, 1);
      } catch (const eddy::TaskCancelled&) {
      }
      if (api) api->join();
    }
  });
}

}  // namespace
