// SPDX-License-Identifier: MIT
#include "eddy/iter/detail/generator_base.h"

#include "eddy/base/error.h"

namespace eddy::detail {

void GeneratorPromiseBase::frame_goes() noexcept {
  bool ended_itself = ended() == kValue || ended() == kError;
  object->gone_ = ended_itself ? GeneratorBase::Gone::kEnded : GeneratorBase::Gone::kTorn;
  object->promise_ = nullptr;
}

void GeneratorBase::destroy() noexcept {
  GeneratorPromiseBase* promise = std::exchange(promise_, nullptr);
  if (!promise) return;
  promise->object = nullptr;
  if (!promise->in_flight()) {
    promise->handle().destroy();
    return;
  }
  // The frame belongs to the chain that waits for it, which will destroy it. That is legitimate only where the chain is
  // about to go itself: the feeder of a `map_async` that was left.
  assert(promise->breather.strand().cancelled() && "an AsyncGenerator was destroyed while a task waits in its next()");
}

void GeneratorBase::close() {
  if (promise_ && promise_->in_flight()) {
    throw RuntimeError("aclose(): a task waits in this generator's next(); cancel the task instead");
  }
  if (promise_ || gone_ == Gone::kTorn) gone_ = Gone::kEnded;
  destroy();
}

void GeneratorBase::check_ended() const {
  if (promise_) {
    throw RuntimeError(
        "next(): another task is waiting in this generator's next(); a generator has one consumer at a time "
        "(to share its items among tasks, put them into a Queue)");
  }
  if (gone_ == Gone::kTorn) {
    throw RuntimeError(
        "next(): an earlier next() of this generator was cancelled, which destroyed the generator half way; "
        "make a new one");
  }
  if (gone_ == Gone::kMoved) throw RuntimeError("next(): this AsyncGenerator was moved from");
}

}  // namespace eddy::detail
