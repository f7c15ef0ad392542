// SPDX-License-Identifier: MIT
#include "bench/harness.h"
#include "eddy/flow/progress.h"
#include "eddy/flow/progress_output.h"

namespace eddy::bench {
namespace {

constexpr std::int64_t kSteps = 1'000'000;

/// A terminal that nobody looks at.
class NoScreen final : public ProgressOutput {
 public:
  explicit NoScreen(bool terminal) noexcept : terminal_(terminal) {}
  ProgressScreen screen() noexcept override {
    ProgressScreen screen;
    screen.terminal = terminal_;
    screen.unicode = true;
    screen.color = true;
    return screen;
  }
  void write(std::string_view text) noexcept override { benchmark::DoNotOptimize(text.data()); }

 private:
  bool terminal_;
};

void progress(benchmark::State& state, ProgressMode mode, bool terminal) {
  NoScreen screen(terminal);
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      Progress bar("steps", kSteps, ProgressOptions().output(screen).mode(mode));
      for (std::int64_t i = 0; i < kSteps; ++i) {
        bar.advance();
        benchmark::DoNotOptimize(bar);
      }
    }
    co_return;
  });
  per_operation(state, kSteps, "≤ 10 ns, floor 0.5");
}

void progress_step_of_a_bar(benchmark::State& state) { progress(state, ProgressMode::kBar, true); }
void progress_step_of_plain_lines(benchmark::State& state) { progress(state, ProgressMode::kPlain, false); }
void progress_step_of_nothing(benchmark::State& state) { progress(state, ProgressMode::kOff, true); }
BENCHMARK(progress_step_of_a_bar);
BENCHMARK(progress_step_of_plain_lines);
BENCHMARK(progress_step_of_nothing);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }
