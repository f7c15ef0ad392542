// SPDX-License-Identifier: MIT
#include "eddy/core/traceback.h"

#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/base/exception_group.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/iter/async_generator.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<int> fails(const char* what) {
  co_await sleep(1ms);
  throw std::runtime_error(what);
}
Task<int> calls(const char* what) { co_return co_await fails(what) + 1; }
Task<int> calls_deeper(const char* what) { co_return co_await calls(what) + 1; }

/// The text without the folders and the line numbers of this file, and without where a lambda was written.
std::string plain(std::string text) {
  text = std::regex_replace(text, std::regex("in [^ ]*[{]lambda[}]"), "in {lambda}");
  const std::string file = "traceback_test.cpp:";
  for (auto at = text.find(file); at != std::string::npos; at = text.find(file)) {
    const auto begin = text.rfind(" at ", at) + 4;
    auto end = at + file.size();
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    text.replace(begin, end - begin, "HERE");
  }
  return text;
}

template <class F>
std::string traceback_of(F&& main) {
  try {
    run(std::forward<F>(main), RunOptions().handle_signals(false));
  } catch (...) {
    return plain(traceback(std::current_exception()));
  }
  return "no error";
}

constexpr char kDeep[] =
    "Traceback (most recent await last):\n"
    "  task 'main'\n"
    "    in eddy::calls_deeper at HERE\n"
    "    in eddy::calls at HERE\n"
    "    in eddy::fails at HERE or later\n"
    "std::runtime_error: no luck";

TEST(TracebackTest, TellsEveryAwaitOfAnErrorThatLeavesRun) { EXPECT_EQ(traceback_of(calls_deeper("no luck")), kDeep); }

TEST(TracebackTest, OfAnExceptionCaughtByReference) {
  try {
    run(calls_deeper("no luck"));
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_EQ(plain(traceback(error)), kDeep);
  }
}

TEST(TracebackTest, NamesTheLineOfTheAwait) {
  std::uint_least32_t line = 0;
  auto outer = [&]() -> Task<> {
    line = std::source_location::current().line() + 1;
    co_await fails("x");
  };
  try {
    run(outer);
  } catch (const std::exception& error) {
    EXPECT_NE(traceback(error).find("traceback_test.cpp:" + std::to_string(line) + "\n"), std::string::npos)
        << traceback(error);
  }
}

TEST(TracebackTest, GoesOnFromTaskToTask) {
  auto main = []() -> Task<> {
    auto worker = create_task(calls, "no luck");
    worker.set_name("worker");
    co_await worker;
  };
  EXPECT_EQ(traceback_of(main),
            "Traceback (most recent await last):\n"
            "  task 'main'\n"
            "    in {lambda} at HERE\n"
            "  task 'worker'\n"
            "    in eddy::calls at HERE\n"
            "    in eddy::fails at HERE or later\n"
            "std::runtime_error: no luck");
}

TEST(TracebackTest, GoesThroughCombinators) {
  auto main = []() -> Task<> {
    co_await wait_for(finally(gather(calls("no luck"), sleep(1h)), []() -> Task<> { co_await sleep(1ms); }), 1h);
  };
  EXPECT_EQ(traceback_of(main),
            "Traceback (most recent await last):\n"
            "  task 'main'\n"
            "    in {lambda} at HERE\n"
            "    in eddy::calls at HERE\n"
            "    in eddy::fails at HERE or later\n"
            "std::runtime_error: no luck");
}

AsyncGenerator<int> numbers() {
  co_yield 1;
  co_await calls("no luck");
}
Task<> consumes() {
  auto source = numbers();
  while (auto n = co_await source.next()) continue;
}

TEST(TracebackTest, GoesThroughGenerators) {
  EXPECT_EQ(traceback_of(consumes()),
            "Traceback (most recent await last):\n"
            "  task 'main'\n"
            "    in eddy::consumes at HERE\n"
            "    in eddy::numbers at HERE\n"
            "    in eddy::calls at HERE\n"
            "    in eddy::fails at HERE or later\n"
            "std::runtime_error: no luck");
}

TEST(TracebackTest, AGroupIsATree) {
  auto main = []() -> Task<> {
    auto one = create_task(calls, "first");
    one.set_name("one");
    auto [first, second] = co_await gather(return_exceptions, one, fails("second"));
    std::vector<std::exception_ptr> both;
    both.push_back(first.error());
    both.push_back(second.error());
    throw ExceptionGroup("two went wrong", std::move(both));
  };
  EXPECT_EQ(traceback_of(main),
            "Traceback (most recent await last):\n"
            "  task 'main'\n"
            "    in {lambda} at HERE or later\n"
            "eddy::ExceptionGroup: two went wrong (2 errors)\n"
            "  +-- 1\n"
            "  | Traceback (most recent await last):\n"
            "  |   task 'one'\n"
            "  |     in eddy::calls at HERE\n"
            "  |     in eddy::fails at HERE or later\n"
            "  | std::runtime_error: first\n"
            "  +-- 2\n"
            "  | Traceback (most recent await last):\n"
            "  |     in eddy::fails at HERE or later\n"
            "  | std::runtime_error: second");
}

TEST(TracebackTest, GroupsInGroupsEndSomewhere) {
  auto error = std::make_exception_ptr(std::runtime_error("the innermost"));
  for (int i = 0; i < 500; ++i) {
    std::vector<std::exception_ptr> errors(1, error);
    error = std::make_exception_ptr(ExceptionGroup("level " + std::to_string(i), std::move(errors)));
  }
  const std::string text = traceback(error);
  EXPECT_NE(text.find("level 483"), std::string::npos);
  EXPECT_EQ(text.find("level 482"), std::string::npos);
  EXPECT_TRUE(text.ends_with("+-- not shown: nested too deeply"));
}

TEST(TracebackTest, AnErrorThatWasCaughtLeavesNothingToTheNext) {
  auto main = []() -> Task<> {
    for (int i = 0; i < 3; ++i) {
      auto caught = co_await outcome(calls("caught"));
      EXPECT_FALSE(caught.has_value());
    }
    co_await sleep(1ms);
    throw std::logic_error("another");
  };
  EXPECT_EQ(traceback_of(main),
            "Traceback (most recent await last):\n"
            "  task 'main'\n"
            "    in {lambda} at HERE or later\n"
            "std::logic_error: another");
}

TEST(TracebackTest, AnErrorThatWasKeptIsStillTheSame) {
  auto main = []() -> Task<> {
    auto kept = co_await outcome(calls("no luck"));
    std::exception_ptr error = kept.error();
    for (int i = 0; i < 100; ++i) static_cast<void>((co_await outcome(calls("others"))).has_value());
    std::rethrow_exception(error);
  };
  EXPECT_EQ(traceback_of(main),
            "Traceback (most recent await last):\n"
            "  task 'main'\n"
            "    in {lambda} at HERE\n"
            "    in eddy::calls at HERE\n"
            "    in eddy::fails at HERE or later\n"
            "std::runtime_error: no luck");
}

TEST(TracebackTest, ErrorsOfAllKindsAreDestroyedOnce) {
  struct Counted : std::exception {
    explicit Counted(int& n) : count(&n) { ++*count; }
    Counted(const Counted& other) noexcept : count(other.count) { ++*count; }
    Counted& operator=(const Counted&) = delete;
    ~Counted() override { --*count; }
    int* count;
  };
  int alive = 0;
  auto throws = [](int& count, int kind) -> Task<> {
    co_await sleep(1us);
    if (kind == 0) throw Counted(count);
    if (kind == 1) throw 7;
    throw std::make_shared<int>(8);
  };
  run([&]() -> Task<> {
    for (int kind = 0; kind < 3; ++kind) {
      auto ended = co_await outcome(throws(alive, kind));
      EXPECT_NE(traceback(ended.error()).find("Traceback"), std::string::npos) << kind;
      EXPECT_EQ(alive, kind == 0 ? 1 : 0);
    }
  });
  EXPECT_EQ(alive, 0);
}

TEST(TracebackTest, AnErrorThatPassedNothingHasNone) {
  auto main = []() -> Task<> {
    for (int i = 0; i < 10; ++i) {
      static_cast<void>((co_await outcome(calls("others"))).has_value());
      try {
        throw std::runtime_error("plain");
      } catch (const std::exception& error) {
        EXPECT_EQ(traceback(error), "std::runtime_error: plain");
      }
    }
  };
  EXPECT_EQ(traceback_of(main), "no error");
}

TEST(TracebackTest, AnErrorMayBeCaughtAndThrownAgain) {
  auto main = []() -> Task<> {
    try {
      co_await calls("no luck");
    } catch (const std::runtime_error&) {
      throw;
    }
  };
  EXPECT_EQ(traceback_of(main),
            "Traceback (most recent await last):\n"
            "  task 'main'\n"
            "    in {lambda} at HERE\n"
            "    in eddy::calls at HERE\n"
            "    in eddy::fails at HERE or later\n"
            "std::runtime_error: no luck");
}

Task<> dive(int depth) {
  if (depth == 0) throw std::runtime_error("the bottom");
  co_await dive(depth - 1);
}

TEST(TracebackTest, OfALongWayTheMiddleIsLeftOut) {
  const std::string text = traceback_of(dive(10'000));
  EXPECT_NE(text.find("and 9906 more awaits\n"), std::string::npos) << text;
  EXPECT_LT(text.size(), 10'000u);
  EXPECT_EQ(text.find("Traceback (most recent await last):\n  task 'main'\n"), 0u);
}

TEST(TracebackTest, WithoutAWayItIsTheErrorAlone) {
  EXPECT_EQ(traceback(std::make_exception_ptr(std::logic_error("x"))), "std::logic_error: x");
  EXPECT_EQ(traceback(std::exception_ptr()), "no error");
  EXPECT_EQ(traceback(std::make_exception_ptr(7)), "int");
}

TEST(TracebackTest, TheDefaultHandlerPrintsIt) {
  testing::internal::CaptureStderr();
  run([]() -> Task<> {
    create_task(calls, "no luck").set_name("forgotten");
    co_await sleep(5ms);
  });
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(plain(text),
            "eddy: exception of task 'forgotten' was never retrieved: std::runtime_error: no luck\n"
            "  task 'forgotten'\n"
            "    in eddy::calls at HERE\n"
            "    in eddy::fails at HERE or later\n");
}

TEST(TracebackTest, ManyThreadsKeepTheirsApart) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const std::string name = "thread " + std::to_string(t);
      for (int i = 0; i < 200; ++i) {
        const std::string text = traceback_of(calls_deeper(name.c_str()));
        EXPECT_EQ(text, std::string(kDeep).replace(std::string(kDeep).find("no luck"), 7, name));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace eddy
