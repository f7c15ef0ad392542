// SPDX-License-Identifier: MIT
#include "eddy/combine/context_manager.h"

#include "eddy/base/error.h"

namespace eddy::detail {

ManagerBase::~ManagerBase() {
  assert(phase_ != Phase::kEntering && phase_ != Phase::kExiting && "a ContextManager was destroyed while it runs");
  if (promise_) promise_->handle().destroy();
}

Step ManagerOp::start(Strand& strand, Cont cont) noexcept {
  enter(strand, cont);
  manager_->phase_ = from_ == Phase::kMade ? Phase::kEntering : Phase::kExiting;
  manager_->promise_->parent = Cont(*this);
  return Step::resume(Cont(*manager_->promise_));
}

Step ManagerOp::child_cancelled() noexcept {
  manager_->promise_ = nullptr;
  manager_->phase_ = Phase::kEnded;
  return Step::unwind(cont());
}

/// The manager has run as far as it ever will: destroys it, and throws its error, or else `otherwise`, if any.
void ManagerOp::rethrow_end(std::exception_ptr otherwise) {
  ManagerPromiseBase* promise = std::exchange(manager_->promise_, nullptr);
  manager_->phase_ = Phase::kEnded;
  std::exception_ptr error = promise->ended() == PromiseBase::kError ? promise->error : std::move(otherwise);
  promise->handle().destroy();
  if (error) std::rethrow_exception(error);
}

void ManagerOp::check_entered() {
  if (manager_->phase_ != Phase::kEntering || !manager_->promise_) {
    throw RuntimeError("aenter(): this ContextManager was entered already; call the function again for another");
  }
  if (manager_->promise_->ended() == PromiseBase::kRunning) {
    manager_->phase_ = Phase::kEntered;
    return;
  }
  rethrow_end(std::make_exception_ptr(
      RuntimeError("this ContextManager ended without a co_yield: it must yield exactly once")));
}

void ManagerOp::check_exited() {
  if (manager_->phase_ != Phase::kExiting || !manager_->promise_) {
    throw RuntimeError("aexit(): this ContextManager is not entered");
  }
  std::exception_ptr otherwise;
  if (manager_->promise_->ended() == PromiseBase::kRunning) {
    otherwise =
        std::make_exception_ptr(RuntimeError("this ContextManager yielded a second time: it must yield exactly once"));
  }
  rethrow_end(std::move(otherwise));
}

}  // namespace eddy::detail
