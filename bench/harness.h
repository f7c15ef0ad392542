// SPDX-License-Identifier: MIT
//
// What the benchmarks of `./dev bench` share. One function per scenario, inside one `eddy::run`, batched so that
// setting up a loop, a group or a queue is not measured. The label says what the design promises; bench/report.py reads
// it.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/jumping_clock.h"
#include "eddy/eddy.h"

namespace eddy::bench {

/// `≤ 24 ns, floor 15–23`. The unit is also the name of the counter that is compared with it.
inline void promise(benchmark::State& state, std::string label) { state.SetLabel(std::move(label)); }

/// The cost of one operation, where an iteration does `batch` of them.
inline void per_operation(benchmark::State& state, std::int64_t batch, std::string label) {
  auto operations = static_cast<double>(state.iterations() * batch);
  state.SetItemsProcessed(state.iterations() * batch);
  state.counters["ns"] =
      benchmark::Counter(operations / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  promise(state, std::move(label));
}

/// Runs `body`, a coroutine that loops over the state, inside a loop of its own.
template <class Body>
void on_loop(Body body) {
  run(body, RunOptions().handle_signals(false));
}

/// The same as `on_loop`, in virtual time.
template <class Body>
void in_virtual_time(Body body) {
  JumpingClock clock;
  Loop loop(&clock);
  loop.run_until_complete(body());
}

/// Google Benchmark with our defaults in front, so that the command line may say otherwise: medians of several rounds,
/// the scenarios in random order, because other work on the machine comes and goes.
inline int main(int argc, char** argv) {
  std::vector<std::string> defaults = {"--benchmark_repetitions=7", "--benchmark_min_time=0.05",
                                       "--benchmark_enable_random_interleaving=true",
                                       "--benchmark_report_aggregates_only=true"};
  std::vector<char*> arguments = {argv[0]};
  for (std::string& argument : defaults) arguments.push_back(argument.data());
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace eddy::bench
