// SPDX-License-Identifier: MIT
//
// Timers that are stopped, and very many of them. There are no tasks: a callback is what is left of one.
#include <uv.h>

#include <memory>

#include "bench/peers/measure.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 5;
constexpr int kCalls = 100'000;
constexpr std::size_t kMillion = 1'000'000;

double timer_churn() {
  uv_loop_t* loop = uv_default_loop();
  uv_timer_t timer;
  uv_timer_init(loop, &timer);
  Turns turns(kTurns);
  while (turns.next()) {
    for (int i = 0; i < kCalls; ++i) {
      uv_timer_start(&timer, [](uv_timer_t*) {}, 30'000, 0);
      uv_timer_stop(&timer);
    }
  }
  return turns.seconds() / kCalls;
}

void delete_timer(uv_handle_t* timer) { delete reinterpret_cast<uv_timer_t*>(timer); }

/// libuv counts milliseconds.
void start_sleeper(std::size_t i, std::uint64_t times) {
  auto* timer = new uv_timer_t;
  uv_timer_init(uv_default_loop(), timer);
  const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(nap_length(i, kMillion));
  auto ended = [](uv_timer_t* self) { uv_close(reinterpret_cast<uv_handle_t*>(self), delete_timer); };
  uv_timer_start(timer, ended, static_cast<std::uint64_t>(length.count()) * times, 0);
}

/// Memory once all are armed; none is due meanwhile.
double sleepers_bytes() {
  const double before = resident_bytes();
  for (std::size_t i = 0; i < kMillion; ++i) start_sleeper(i, 1'000);
  return (resident_bytes() - before) / kMillion;
}

double sleepers_cpu() {
  for (std::size_t i = 0; i < kMillion; ++i) start_sleeper(i, 1);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  return cpu_seconds();
}

const Scenario timers[] = {
    {"timer_churn", timer_churn},
    {"sleepers_bytes", sleepers_bytes, "B"},
    {"sleepers_cpu", sleepers_cpu},
};

}  // namespace
}  // namespace eddy::bench
