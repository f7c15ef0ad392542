// SPDX-License-Identifier: MIT
//
// What the programs of `./dev bench guard` share. callgrind counts instructions where a Counted lives, nowhere else.
#pragma once

#include <valgrind/callgrind.h>

#include <chrono>
#include <vector>

#include "bench/jumping_clock.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/readiness.h"
#include "eddy/core/task.h"
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

/// Awaits `work()`, which returns a number of operations, twice in virtual time: the second time is counted.
template <class Work>
long count_of(Work work) {
  JumpingClock clock;
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
