// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdint>

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

  /// An await that is ready at once costs one; false when the budget is used up and the await must suspend.
  bool spend() noexcept {
    if (budget == 0) return false;
    --budget;
    return true;
  }
};

extern constinit thread_local Running running;

/// The trampoline: the only place that resumes chains of coroutines or destroys suspended frames. Runs until nobody is
/// left to continue; never called from inside a coroutine.
void drive(Step next) noexcept;

/// The loop that runs on this thread; throws RuntimeError naming `what` when there is none.
Loop& require_loop(const char* what);

// Symmetric transfer is a tail call only where the compiler makes it one; elsewhere it grows the stack, so there the
// trampoline takes every transfer (GCC without optimisation, and every sanitizer build).
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kTailCalls = false;
#elif defined(__clang__)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool kTailCalls = false;
#else
inline constexpr bool kTailCalls = true;
#endif
#elif defined(__OPTIMIZE__)
inline constexpr bool kTailCalls = true;
#else
inline constexpr bool kTailCalls = false;
#endif

}  // namespace detail
}  // namespace eddy
