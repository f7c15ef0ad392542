// SPDX-License-Identifier: MIT
//
// A generator's life:  parked ──next()──▶ in flight ──co_yield──▶ parked … ──end, error──▶ ended
//                                             └──cancelled──▶ torn
// 1. The AsyncGenerator owns the frame while it is parked; the chain of who waits owns it while it is in flight.
// 2. In flight exactly while the promise has a `parent`.
// 3. The frame tells the object when it goes, and the object tells the frame when it moves: `object` and `promise_`
// always
//    point at each other, or one of the two is gone.
#pragma once

#include <coroutine>
#include <cstdint>
#include <source_location>
#include <utility>

#include "eddy/core/node.h"
#include "eddy/core/promise.h"
#include "eddy/core/scope.h"

namespace eddy::detail {

class GeneratorBase;

/// Waits for a turn in the place of a generator that has used up the budget of ready awaits.
class Breather final : public Op {
 public:
  using Op::enter;
  void wait(Strand& strand, Cont cont) noexcept {
    if (begin(strand, cont)) grant();
  }
  void cancel() noexcept override { stop(); }
};

/// The part of a generator's promise that does not depend on what it yields.
struct GeneratorPromiseBase : PromiseBase {
  GeneratorBase* object = nullptr;  ///< null when it was destroyed in flight
  Breather breather;

  explicit GeneratorPromiseBase(std::source_location made) noexcept : PromiseBase(made) {}
  ~GeneratorPromiseBase() {
    if (object) frame_goes();
  }

  bool in_flight() const noexcept { return static_cast<bool>(parent); }
  void return_void() noexcept { parent.set_tag(kValue); }

  /// Runs until the next co_yield, for `consumer`.
  Step go(Strand& strand, Cont consumer) noexcept {
    parent = consumer;
    breather.enter(strand, Cont(*this));
    if (running.spend()) [[likely]]
      return Step::resume(Cont(*this));
    breather.wait(strand, Cont(*this));
    return Step::none();
  }

  /// Parks the generator and continues the consumer, as a child that is done would.
  struct Yield {
    bool await_ready() const noexcept { return false; }
    template <class P>
    [[gnu::always_inline]] std::coroutine_handle<> await_suspend(
        std::coroutine_handle<P> self, std::source_location here = std::source_location::current()) const noexcept {
      PromiseBase& promise = self.promise();
      promise.where = here;
      return transfer(Step::resume(std::exchange(promise.parent, Cont())));
    }
    void await_resume() const noexcept {}
  };

 private:
  void frame_goes() noexcept;
};

/// The part of an AsyncGenerator that does not depend on what it yields.
class GeneratorBase {
 public:
  /// What is known about a generator without a frame.
  enum class Gone : std::uint8_t { kEnded, kTorn, kMoved };

  explicit GeneratorBase(GeneratorPromiseBase* promise) noexcept : promise_(promise) { promise_->object = this; }
  GeneratorBase(GeneratorBase&& other) noexcept { take_over(other); }
  GeneratorBase& operator=(GeneratorBase&& other) noexcept {
    if (this != &other) {
      destroy();
      take_over(other);
    }
    return *this;
  }
  ~GeneratorBase() {
    if (promise_) destroy();
  }

  GeneratorPromiseBase* promise() const noexcept { return promise_; }
  /// May `next()` run it?
  bool parked() const noexcept { return promise_ && !promise_->in_flight(); }
  /// Why not, if it has not simply ended: throws RuntimeError.
  void check_ended() const;
  void close();

 private:
  friend GeneratorPromiseBase;
  void take_over(GeneratorBase& other) noexcept {
    promise_ = std::exchange(other.promise_, nullptr);
    gone_ = std::exchange(other.gone_, Gone::kMoved);
    if (promise_) promise_->object = this;
  }
  void destroy() noexcept;

  GeneratorPromiseBase* promise_ = nullptr;
  Gone gone_ = Gone::kEnded;
};

}  // namespace eddy::detail
