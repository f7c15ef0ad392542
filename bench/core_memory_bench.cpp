// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <fstream>
#include <thread>

#include "bench/harness.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMillion = 1'000'000;

Task<> nap() { co_await sleep(1h); }
Task<> nap_for(std::chrono::seconds delay) { co_await sleep(delay); }

double resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

struct Held {
  double slabs = 0;
  double resident = 0;
};

// What a million sleeping tasks hold, each.
template <class Spawn>
Held held_by_sleepers(Spawn spawn) {
  Held held;
  in_virtual_time([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      double resident_before = resident_bytes();
      auto slabs_before = static_cast<double>(frame_stats().slab_bytes);
      for (std::size_t i = 0; i < kMillion; ++i) spawn(tg);
      while (get_running_loop().timers().size() < kMillion) co_await checkpoint();
      held.resident = (resident_bytes() - resident_before) / kMillion;
      held.slabs = (static_cast<double>(frame_stats().slab_bytes) - slabs_before) / kMillion;
      tg.cancel();
    });
  });
  return held;
}

// On a thread of its own, so that each starts with an empty frame heap.
template <class Spawn>
void measure(benchmark::State& state, Spawn spawn) {
  Held held;
  for (auto _ : state) std::thread([&] { held = held_by_sleepers(spawn); }).join();
  state.counters["bytes"] = held.slabs;
  state.counters["rss"] = held.resident;
#if defined(__clang__)
  promise(state, "≤ 160 bytes, floor 160–192");
#else
  promise(state, "≤ 176 bytes, floor 176–208");
#endif
}

void bytes_per_sleeping_task(benchmark::State& state) {
  measure(state, [](TaskGroup& tg) { tg.create_task(nap()); });
}
BENCHMARK(bytes_per_sleeping_task)->Iterations(1)->Repetitions(1)->Unit(benchmark::kMillisecond);

void bytes_per_sleeping_callable(benchmark::State& state) {
  measure(state, [](TaskGroup& tg) { tg.create_task(nap_for, 1h); });
}
BENCHMARK(bytes_per_sleeping_callable)->Iterations(1)->Repetitions(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }
