// SPDX-License-Identifier: MIT
#include "eddy/combine/workforce.h"

#include <stdexcept>
#include <string>

#include "eddy/combine/outcome.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using detail::Workforce;

/// Seconds of work to do, and who does it.
struct Yard {
  explicit Yard(int n) : jobs(n) {}

  int jobs;
  int hired = 0;
  int ended = 0;
  int fails_at = -1;
  Workforce* workforce = nullptr;

  Task<> worker() {
    while (jobs > 0) {
      int job = --jobs;
      workforce->begin_work();
      co_await sleep(1s);
      if (job == fails_at) throw std::runtime_error("job " + std::to_string(job));
      workforce->end_work();
    }
    ++ended;
  }
  Task<> run(std::size_t most) {
    auto hire = [this](std::size_t number) {
      EXPECT_EQ(number, static_cast<std::size_t>(hired++));
      return worker();
    };
    Workforce all(most, "test", hire);
    workforce = &all;
    co_await all;
  }
};

EDDY_TEST(Workforce, HiresAsManyAsThereIsWorkForAndNoMoreThanAllowed) {
  Yard few(2);
  co_await few.run(10);
  EXPECT_EQ(few.hired, 3) << "two that work, and one that looks for more";
  Yard many(9);
  auto start = now();
  co_await many.run(3);
  EXPECT_EQ(many.hired, 3);
  EXPECT_EQ(many.ended, 3);
  EXPECT_EQ(now() - start, 3s);
}

EDDY_TEST(Workforce, WithoutWorkOneLooksAndLeaves) {
  Yard none(0);
  co_await none.run(5);
  EXPECT_EQ(none.hired, 1);
}

EDDY_TEST(Workforce, AnErrorEndsIt) {
  Yard yard(100);
  yard.fails_at = 95;
  auto failed = co_await outcome(yard.run(3));
  EXPECT_EQ(failed.message(), "job 95");
  EXPECT_EQ(yard.hired, 3);
}

EDDY_TEST(Workforce, OneThatCannotBeHiredEndsIt) {
  auto hire = [](std::size_t) -> Task<> { throw std::runtime_error("nobody"); };
  auto refuse = [&](std::size_t number) {
    if (number == 0) throw std::runtime_error("nobody there");
    return hire(number);
  };
  Workforce all(3, "test", refuse);
  auto failed = co_await outcome(std::move(all));
  EXPECT_EQ(failed.message(), "nobody there");
}

EDDY_TEST(Workforce, Cancelled) {
  Yard yard(100);
  auto in_time = co_await try_for(yard.run(3), 2500ms);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(yard.jobs, 100 - 9);
}

}  // namespace
}  // namespace eddy
