// SPDX-License-Identifier: MIT
#include <string>

#include "bench/harness.h"
#include "eddy/flow/keyed_limiter.h"
#include "eddy/flow/retry.h"
#include "eddy/flow/sliding_window.h"
#include "eddy/flow/token_bucket.h"

namespace eddy::bench {
namespace {

constexpr int kCalls = 10'000;

template <class Limiter>
void acquire_free(benchmark::State& state, Limiter& limiter) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      for (int i = 0; i < kCalls; ++i) co_await limiter.acquire();
    }
  });
  per_operation(state, kCalls, "two looks at the clock");
}

void token_bucket_free(benchmark::State& state) {
  TokenBucket bucket{1e9, 1'000'000'000};
  acquire_free(state, bucket);
}
BENCHMARK(token_bucket_free);

void sliding_window_free(benchmark::State& state) {
  SlidingWindow window{1'000'000, std::chrono::microseconds(1)};
  acquire_free(state, window);
}
BENCHMARK(sliding_window_free);

void keyed_token_bucket_free(benchmark::State& state) {
  KeyedLimiter<std::string, TokenBucket> per_host{1e9, 1'000'000'000};
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      for (int i = 0; i < kCalls; ++i) co_await per_host.acquire("example.org");
    }
  });
  per_operation(state, kCalls, "token_bucket_free and a hash");
}
BENCHMARK(keyed_token_bucket_free);

Task<int> succeed() { co_return 1; }

void retry_that_succeeds(benchmark::State& state) {
  const Retry policy = Retry{}.attempts(3);
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      for (int i = 0; i < kCalls; ++i) benchmark::DoNotOptimize(co_await retry(policy, succeed));
    }
  });
  per_operation(state, kCalls, "small beside what is worth retrying");
}
BENCHMARK(retry_that_succeeds);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }
