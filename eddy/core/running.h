// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdint>

#include "eddy/base/sanitizers.h"
#include "eddy/core/step.h"

namespace eddy {

class Loop;

namespace detail {

class Strand;

/// What this thread is running right now. Written by the loop at every dispatch, read by every await.
struct Running {
  Loop* loop = nullptr;
  Strand* strand = nullptr;
  PromiseBase* ended = nullptr;  ///< the coroutine whose end a receiver is being told of
  Step pending;                  ///< left behind by a coroutine that suspended or ended, for the trampoline
  std::uint32_t budget = 0;      ///< ready awaits still allowed before this dispatch must yield
  std::uint32_t transfers = 0;   ///< from coroutine to coroutine since the trampoline last had its turn

  /// An await that is ready at once costs one; false when the budget is used up and the await must suspend.
  bool spend() noexcept {
    if (budget == 0) return false;
    --budget;
    return true;
  }
};

extern constinit thread_local Running running;

/// Says which loop is meant, to code that may run while none, or another one, runs on this thread.
class OnLoop {
 public:
  explicit OnLoop(Loop& loop) noexcept : previous_(running.loop) { running.loop = &loop; }
  OnLoop(const OnLoop&) = delete;
  OnLoop& operator=(const OnLoop&) = delete;
  ~OnLoop() { running.loop = previous_; }

 private:
  Loop* previous_;
};

/// The trampoline: the only place that resumes chains of coroutines or destroys suspended frames. Runs until nobody is
/// left to continue; never called from inside a coroutine.
void drive(Step next) noexcept;

/// True while a caught exception is a `Cancelled` whose cancellation is visible here: it goes on as a cancellation.
bool caught_visible_cancel() noexcept;

/// Throws Cancelled, with the reason that was given for the cancel of the running task.
[[noreturn]] void throw_cancelled();

/// The loop that runs on this thread; throws RuntimeError naming `what` when there is none.
Loop& require_loop(const char* what);

// How many transfers from coroutine to coroutine may follow each other before the trampoline must have a turn.
// A transfer is a tail call, which needs no stack, with Clang always; with GCC from -O2 on, which no macro tells from
// -O1 and -Og; in sanitizer builds and without optimisation never.
inline constexpr std::uint32_t kUnlimited = 0xffffffff;
#if defined(__clang__)
inline constexpr std::uint32_t kTransfersMax = kSanitized ? 0 : kUnlimited;
#elif defined(__OPTIMIZE__)
inline constexpr std::uint32_t kTransfersMax = kSanitized ? 0 : 1000;
#else
inline constexpr std::uint32_t kTransfersMax = 0;
#endif

}  // namespace detail
}  // namespace eddy
