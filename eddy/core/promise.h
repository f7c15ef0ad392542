// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <source_location>
#include <utility>

#include "eddy/core/frame_memory.h"
#include "eddy/core/running.h"
#include "eddy/core/step.h"

namespace eddy::detail {

/// What every coroutine of ours has in its frame: who continues after it, and where it waits.
///
/// Sixteen bytes, first base of every promise, so that the frame is found from it. `parent`'s tag tells how the
/// coroutine ended; the error then takes the place of the location, which nobody asks for any more.
struct PromiseBase {
  enum Ended : unsigned { kRunning, kValue, kError, kUnwinding };

  Cont parent;
  union {
    std::source_location where;
    std::exception_ptr error;
  };

  explicit PromiseBase(std::source_location made) noexcept : where(made) {}
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;
  ~PromiseBase() {
    if (ended() == kError) error.~exception_ptr();
  }

  /// Of one that ended with an error: throws it.
  [[noreturn, gnu::cold]] void rethrow() const;

  Ended ended() const noexcept { return static_cast<Ended>(parent.tag()); }
  std::coroutine_handle<PromiseBase> handle() noexcept {
    return std::coroutine_handle<PromiseBase>::from_promise(*this);
  }

  void unhandled_exception() noexcept { end_with_current_exception(); }

  std::suspend_always initial_suspend() const noexcept { return {}; }

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class P>
    [[gnu::always_inline]] std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
      return self.promise().leave();
    }
    void await_resume() const noexcept {}
  };
  Final final_suspend() const noexcept { return {}; }

  static void* operator new(std::size_t bytes) { return frame_allocate(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { frame_free(frame, bytes); }

  /// Hands over to whoever continues: a coroutine directly, a receiver through the trampoline, so that a receiver may
  /// destroy this frame.
  [[gnu::always_inline]] std::coroutine_handle<> leave() noexcept {
    Step next = ended() == kUnwinding ? Step::unwind(Cont(*this)) : Step::resume(parent.untagged());
    if (next.to().is_receiver()) running.ended = this;
    return transfer(next);
  }

  [[gnu::always_inline]] static std::coroutine_handle<> transfer(Step next) noexcept {
    if constexpr (kTransfersMax > 0) {
      if (next.resumes_coroutine() && (kTransfersMax == kUnlimited || ++running.transfers < kTransfersMax)) {
        return next.coroutine()->handle();
      }
    }
    running.pending = next;
    return std::noop_coroutine();
  }

 private:
  void end_with_current_exception() noexcept;
};

}  // namespace eddy::detail
