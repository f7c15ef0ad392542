// SPDX-License-Identifier: MIT
//
// What the programs of `./dev bench guard` share. callgrind counts instructions where a Counted lives, nowhere else.
#pragma once

#include <valgrind/callgrind.h>

#include <chrono>
#include <vector>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/loop_hooks.h"
#include "eddy/core/readiness.h"
#include "eddy/core/task.h"
#include "eddy/sys/poller.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::bench {

/// Instructions are counted while it lives.
class [[nodiscard]] Counted {
 public:
  Counted() { CALLGRIND_START_INSTRUMENTATION; }
  ~Counted() { CALLGRIND_STOP_INSTRUMENTATION; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

/// A benchmark: a name in counts.toml, and a function that does some work once uncounted, to warm up, then counted. It
/// returns how many operations were counted. At namespace scope,
///
///     const Benchmark spawn[] = {{"spawn_join", spawn_join}};
class Benchmark {
 public:
  Benchmark(const char* name, long (*count)());

  const char* name;
  long (*count)();
};

/// Time that stands still, so that no count depends on the hour; it jumps when all sleep.
class StandingClock final : public LoopHooks {
 public:
  detail::Nanos now() noexcept override { return now_; }
  void idle(sys::Poller& poller, detail::Nanos deadline) override {
    poller.wait(0);
    if (deadline != detail::kForever && deadline > now_) now_ = deadline;
  }
  bool shuffles() const noexcept override { return false; }
  void shuffle(std::vector<detail::Node*>&) override {}

 private:
  detail::Nanos now_ = 1'000'000'000;
};

/// Awaits `work()`, which returns a number of operations, twice in standing time: the second time is counted.
template <class Work>
long count_of(Work work) {
  StandingClock clock;
  Loop loop(&clock);
  long operations = 0;
  loop.run_until_complete([](Work& todo, long& done) -> Task<> {
    static_cast<void>(co_await todo());
    Counted counted;
    done = co_await todo();
  }(work, operations));
  return operations;
}

/// The compiler may not drop the computation of `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace eddy::bench
