// SPDX-License-Identifier: MIT
//
// Random work in random interleavings: calls that take no time, some time, fail, ignore a cancellation; sources that
// are there at once or come in time; cancels and early exits at random moments. Whatever happens: an item is begun at
// most once, never more than so many at a time, results keep their order, every error is received or reported exactly
// once, and nothing runs or lives on afterwards.
//
// EDDY_PLANS=100000 runs more of them than usual, EDDY_PLAN=17 just the seventeenth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/random.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/core/frame_memory.h"
#include "eddy/flow/process_batch.h"
#include "eddy/flow/produce_consume.h"
#include "eddy/iter/buffer.h"
#include "eddy/iter/map_unordered.h"
#include "eddy/test/run.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Ints = std::vector<int>;

enum class Op { kMap, kMapOutcomes, kForEach, kBatch, kBatchOutcomes, kProduce, kUnordered, kBuffered, kCount };
enum class From { kRange, kGenerator, kQueue, kCount };
enum class Mood { kReady, kSleeps, kStubborn, kFails, kFailsLate };

constexpr int kFailed = -1;

struct Plan {
  explicit Plan(std::uint64_t seed) : dice(seed) {
    op = static_cast<Op>(dice.below(static_cast<std::uint64_t>(Op::kCount)));
    from = static_cast<From>(dice.below(static_cast<std::uint64_t>(From::kCount)));
    most = 1 + dice.below(5);
    batch = 1 + dice.below(6);
    const bool failures = chance(2);
    const auto items = static_cast<int>(dice.below(40));
    for (int i = 0; i < items; ++i) {
      numbers.push_back(i);
      moods.push_back(draw_mood(failures));
      times.push_back(1ms * dice.below(5));
      gaps.push_back(1ms * (chance(2) ? 0 : dice.below(4)));
    }
    if (chance(2)) cancel_after = 1ms * dice.below(40);
    if (chance(3)) leave_after = static_cast<int>(dice.below(10));
  }

  bool chance(unsigned one_in) { return dice.below(one_in) == 0; }
  Mood draw_mood(bool failures) {
    if (failures && chance(10)) return chance(2) ? Mood::kFails : Mood::kFailsLate;
    return static_cast<Mood>(dice.below(3));
  }
  bool fails(int i) const { return moods[static_cast<std::size_t>(i)] >= Mood::kFails; }
  bool any_fails() const {
    return std::any_of(numbers.begin(), numbers.end(), [&](int i) { return fails(i); });
  }
  bool keeps_errors() const { return op == Op::kMapOutcomes || op == Op::kBatchOutcomes; }
  bool keeps_order() const { return op != Op::kUnordered && op != Op::kBuffered; }
  bool gives_results() const { return op != Op::kForEach && op != Op::kProduce; }

  Random dice;
  Op op;
  From from;
  std::size_t most;
  std::size_t batch;
  Ints numbers;
  std::vector<Mood> moods;
  std::vector<Duration> times;
  std::vector<Duration> gaps;
  Duration cancel_after = Duration::max();
  int leave_after = 1000;  ///< results that are taken from a pipeline
};

/// What really happened.
class Site {
 public:
  explicit Site(const Plan& plan) : plan_(plan), begun_(plan.numbers.size()), done_(plan.numbers.size()) {}

  Task<int> call(int item) {
    const auto i = static_cast<std::size_t>(item);
    ++begun_[i];
    most_ = std::max(most_, ++running_);
    ScopeGuard leave([this] { --running_; });
    const Mood mood = plan_.moods[i];
    if (mood == Mood::kStubborn) {
      (void)co_await outcome(sleep(plan_.times[i]));
      co_await shield(sleep(1ms));
    } else if (mood != Mood::kReady && mood != Mood::kFails) {
      co_await sleep(plan_.times[i]);
    }
    if (plan_.fails(item)) {
      ++thrown_;
      throw std::runtime_error(std::to_string(item));
    }
    ++done_[i];
    co_return item;
  }

  AsyncGenerator<int> generate() {
    for (int i : plan_.numbers) {
      const Duration gap = plan_.gaps[static_cast<std::size_t>(i)];
      if (gap > 0ms) co_await sleep(gap);
      co_yield i;
    }
  }

  void receive(std::exception_ptr error) {
    if (error) ++received_;
  }
  void complain(const std::string& problem) { problems_ += problem + "; "; }

  void check_ended_well(const Ints& results) {
    for (std::size_t i = 0; i < begun_.size(); ++i) {
      if (begun_[i] != 1) complain("item " + std::to_string(i) + " was passed over");
    }
    if (!plan_.gives_results()) return;
    Ints expected = plan_.numbers;
    for (int& i : expected) {
      if (plan_.fails(i)) i = kFailed;
    }
    Ints sorted = results;
    if (!plan_.keeps_order()) std::sort(sorted.begin(), sorted.end());
    if (sorted != expected) complain("wrong results");
  }

  void check_left_early(const Ints& results) {
    std::set<int> distinct(results.begin(), results.end());
    if (distinct.size() != results.size()) complain("a result was handed out twice");
    for (int i : results) {
      if (done_[static_cast<std::size_t>(i)] != 1) complain("a result of nothing");
    }
  }

  void check_the_end() {
    if (running_ != 0) complain("calls still run");
    if (most_ > plan_.most) complain("too many calls at a time");
    if (std::any_of(begun_.begin(), begun_.end(), [](int n) { return n > 1; })) complain("an item was begun twice");
    if (thrown_ != received_) {
      complain(std::to_string(thrown_) + " errors, received: " + std::to_string(received_));
    }
  }
  const std::string& problems() const { return problems_; }

 private:
  const Plan& plan_;
  std::size_t running_ = 0;
  std::size_t most_ = 0;
  Ints begun_;
  Ints done_;
  int thrown_ = 0;
  int received_ = 0;
  std::string problems_;
};

Ints without_errors(Site& site, std::vector<Outcome<int>> outcomes) {
  Ints values;
  for (Outcome<int>& one : outcomes) {
    site.receive(one.error());
    values.push_back(one.has_value() ? *one : kFailed);
  }
  return values;
}

template <class P>
Task<Ints> take_some(P pipeline, int most) {
  Ints results;
  while (auto result = co_await pipeline.next()) {
    results.push_back(*result);
    if (static_cast<int>(results.size()) >= most) break;
  }
  co_return results;
}

template <class S>
Task<Ints> work_with(Site& site, const Plan& plan, S&& source) {
  auto call = [&](int i) { return site.call(i); };
  const Batch how = Batch{}.size(plan.batch).concurrency(plan.most);
  switch (plan.op) {
    case Op::kMap:
      co_return co_await map_concurrent(std::forward<S>(source), call, plan.most);
    case Op::kMapOutcomes: {
      auto all = co_await map_concurrent(return_exceptions, std::forward<S>(source), call, plan.most);
      co_return without_errors(site, std::move(all));
    }
    case Op::kForEach:
      co_await for_each_concurrent(std::forward<S>(source), call, plan.most);
      co_return Ints();
    case Op::kBatch:
      co_return co_await process_batch(std::forward<S>(source), call, how);
    case Op::kBatchOutcomes: {
      auto all = co_await process_batch(return_exceptions, std::forward<S>(source), call, how);
      co_return without_errors(site, std::move(all));
    }
    case Op::kProduce:
      co_await produce_consume(std::forward<S>(source), call, Workers{}.count(plan.most).buffer(plan.batch));
      co_return Ints();
    case Op::kUnordered:
      co_return co_await take_some(std::forward<S>(source) | iter::map_unordered(call, plan.most), plan.leave_after);
    default:
      co_return co_await take_some(std::forward<S>(source) | iter::buffer(plan.batch) |
                                       iter::map_unordered(call, plan.most) | iter::buffer(plan.batch),
                                   plan.leave_after);
  }
}

Task<Ints> work(Site& site, const Plan& plan) {
  if (plan.from == From::kRange) co_return co_await work_with(site, plan, plan.numbers);
  if (plan.from == From::kGenerator) co_return co_await work_with(site, plan, site.generate());
  Queue<int> queue;
  for (int i : plan.numbers) queue.put_nowait(i);
  queue.shutdown();
  co_return co_await work_with(site, plan, queue);
}

/// A task of its own, which ends only after what it has left behind.
Task<> follow(Site& site, const Plan& plan) {
  auto task = create_task(work, std::ref(site), std::cref(plan));
  auto ended = co_await outcome(try_for(task, plan.cancel_after));
  if (ended.error()) {
    site.receive(ended.error());
    if (!plan.any_fails()) site.complain("an error from nowhere: " + ended.message());
  } else if (!*ended) {
    if (plan.cancel_after == Duration::max()) site.complain("cancelled by nobody");
  } else if (static_cast<int>((*ended)->size()) < plan.leave_after || plan.keeps_order()) {
    site.check_ended_well(**ended);
  } else {
    site.check_left_early(**ended);
  }
}

/// Runs a plan in the interleaving of a seed. What was wrong, or nothing.
std::string problems_of(std::uint64_t seed) {
  Plan plan(seed);
  Site site(plan);
  const std::uint64_t frames = frame_stats().live;
  try {
    test::run(
        [&]() -> Task<> {
          get_running_loop().set_exception_handler(
              [&](Loop&, const ErrorContext& context) { site.receive(context.exception); });
          co_await follow(site, plan);
        },
        test::Options().seed(seed).shuffle(seed % 4 != 0));
  } catch (const std::exception& error) {
    site.complain(error.what());
  }
  site.check_the_end();
  if (frame_stats().live != frames) site.complain("frames or task states have leaked");
  return site.problems();
}

std::uint64_t number_in_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(FlowPropertyTest, RandomWorkEndsWithEverythingAccountedFor) {
  const std::uint64_t only = number_in_environment("EDDY_PLAN", 0);
  const std::uint64_t last = only ? only : number_in_environment("EDDY_PLANS", 3000);
  for (std::uint64_t seed = only ? only : 1; seed <= last; ++seed) {
    ASSERT_EQ(problems_of(seed), "") << "EDDY_PLAN=" << seed << " reproduces it";
  }
}

}  // namespace
}  // namespace eddy
