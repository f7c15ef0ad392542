// SPDX-License-Identifier: MIT
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/version.h>

#include <string>
#include <vector>

#include "bench/crunch.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 50;

void crunch_all(oneapi::tbb::task_arena& two_threads, std::vector<double>& results) {
  using Range = oneapi::tbb::blocked_range<std::size_t>;
  two_threads.execute([&] {
    oneapi::tbb::parallel_for(Range(0, kItems), [&](const Range& part) {
      for (std::size_t i = part.begin(); i != part.end(); ++i) results[i] = crunch(i);
    });
  });
}

double pool_map() {
  oneapi::tbb::task_arena two_threads(2);
  Turns turns(kTurns);
  while (turns.next()) {
    std::vector<double> results(kItems);
    crunch_all(two_threads, results);
  }
  return turns.seconds();
}

double pool_parallel_for() {
  oneapi::tbb::task_arena two_threads(2);
  std::vector<double> results(kItems);
  Turns turns(kTurns);
  while (turns.next()) crunch_all(two_threads, results);
  return turns.seconds();
}

const Scenario threads[] = {{"pool_map", pool_map}, {"pool_parallel_for", pool_parallel_for}};

}  // namespace

std::string version() { return std::string("oneTBB ") + TBB_runtime_version(); }

}  // namespace eddy::bench
