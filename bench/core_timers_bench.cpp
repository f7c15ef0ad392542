// SPDX-License-Identifier: MIT
#include <random>

#include "bench/harness.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kMillion = 1'000'000;

Task<> sleep_for(std::chrono::nanoseconds delay) { co_await sleep(delay); }

Task<> sleep_a_million_times() {
  co_await task_group([](TaskGroup& tg) {
    std::mt19937_64 random(1);
    std::uniform_int_distribution<std::int64_t> delay(1'000'000'000, 10'000'000'000);
    for (int i = 0; i < kMillion; ++i) tg.create_task(sleep_for(std::chrono::nanoseconds(delay(random))));
  });
}

void report_seconds(benchmark::State& state) {
  state.counters["s"] = benchmark::Counter(static_cast<double>(state.iterations()),
                                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  promise(state, "≤ 1.5 s, floor 0.8–1.0");
}

// CPU seconds in all, spawning and ending included.
void million_sleeps_virtual_time(benchmark::State& state) {
  for (auto _ : state) in_virtual_time(sleep_a_million_times);
  report_seconds(state);
}
BENCHMARK(million_sleeps_virtual_time)->Unit(benchmark::kSecond)->Iterations(1);

// Sleeps for ten real seconds, but it is CPU seconds that count.
void million_sleeps_real_time(benchmark::State& state) {
  for (auto _ : state) on_loop(sleep_a_million_times);
  report_seconds(state);
}
BENCHMARK(million_sleeps_real_time)->Unit(benchmark::kSecond)->Iterations(1)->Repetitions(1);

struct Quiet final : detail::TimerOp {
  void fire() noexcept override {}
};

// Arm and cancel, the clock read included, beside `others` armed timers.
void churn(benchmark::State& state, int others) {
  on_loop([&]() -> Task<> {
    Loop& loop = get_running_loop();
    std::mt19937_64 random(1);
    std::vector<Quiet> armed(static_cast<std::size_t>(others));
    for (Quiet& timer : armed) {
      timer.when = loop.now() + static_cast<std::int64_t>(random() % 30'000'000'000) + 1'000'000'000'000;
      loop.timers().add(timer);
    }
    Quiet timer;
    for (auto _ : state) {
      timer.when = loop.now() + 30'000'000'000;
      loop.timers().add(timer);
      loop.timers().remove(timer);
    }
    for (Quiet& other : armed) loop.timers().remove(other);
    co_return;
  });
  per_operation(state, 1, "no target, floor 11 (libuv, without the clock)");
}
void timer_churn_alone(benchmark::State& state) { churn(state, 0); }
BENCHMARK(timer_churn_alone);
void timer_churn_among_100k(benchmark::State& state) { churn(state, 100'000); }
BENCHMARK(timer_churn_among_100k);

// The deadline of each of 10,000 timers is moved in turn, as a server does with idle connections.
void timer_rearm_10k(benchmark::State& state) {
  constexpr int kTimers = 10'000;
  on_loop([&]() -> Task<> {
    Loop& loop = get_running_loop();
    std::vector<Quiet> timers(kTimers);
    for (Quiet& timer : timers) {
      timer.when = loop.now() + 30'000'000'000;
      loop.timers().add(timer);
    }
    for (auto _ : state) {
      for (Quiet& timer : timers) {
        loop.timers().remove(timer);
        timer.when = loop.now() + 30'000'000'000;
        loop.timers().add(timer);
      }
    }
    for (Quiet& timer : timers) loop.timers().remove(timer);
    co_return;
  });
  per_operation(state, kTimers, "no target");
}
BENCHMARK(timer_rearm_10k);

void read_the_clock(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    Loop& loop = get_running_loop();
    for (auto _ : state) benchmark::DoNotOptimize(loop.now());
    co_return;
  });
  per_operation(state, 1, "no target");
}
BENCHMARK(read_the_clock);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }
