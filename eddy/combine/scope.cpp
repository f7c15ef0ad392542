// SPDX-License-Identifier: MIT
#include "eddy/combine/scope.h"

#include "eddy/base/exception_group.h"
#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy {

Scope::~Scope() {
  assert(waiters_.empty() && "Scope: destroyed while a task awaits join() or close()");
  for (std::exception_ptr& error : errors_) {
    detail::report_lost_error("error in a task of a Scope that was never joined", std::move(error));
  }
  if (kids.empty()) return;
  detail::report_lost_error(
      "a Scope was destroyed while its tasks run: co_await close() first; they are being cancelled", nullptr);
}

void Scope::on_kid_ended(detail::Strand& kid) noexcept {
  auto& task = static_cast<detail::TaskBase&>(kid);
  if (task.failed()) {
    task.mark_retrieved();
    errors_.push_back(task.error());
  }
  if (!kids.empty()) return;
  while (detail::Op* waiter = waiters_.pop_front()) waiter->fire();
}

namespace detail {

bool ScopeJoin::ready() noexcept {
  if (close_) {
    scope_->closed_ = true;
    scope_->cancel();
  }
  return scope_->kids.empty() && running.spend();
}

Step ScopeJoin::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (scope_->kids.empty()) {
    grant();
  } else {
    scope_->waiters_.push_back(*this);
  }
  return Step::none();
}

void ScopeJoin::cancel() noexcept {
  if (state() == kArmed) scope_->waiters_.erase(*this);
  stop();
}

void ScopeJoin::describe(OpDescription& to) const {
  to.is(close_ ? "Scope.close" : "Scope.join", scope_);
  to.waits_for(*scope_);
}

void ScopeJoin::take() {
  if (!scope_->errors_.empty())
    throw ExceptionGroup("errors in the tasks of a Scope", std::exchange(scope_->errors_, {}));
}

}  // namespace detail
}  // namespace eddy
