// SPDX-License-Identifier: MIT
#include "eddy/core/detached.h"

#include <utility>

#include "eddy/core/loop.h"
#include "eddy/core/task_state.h"

namespace eddy::detail {

void Detached::attach() {
  host = running.strand;
  if (host) {
    task_of(host)->extra();  // the room for what we may have to leave behind; leaving must not fail
    host->push(*this);
    host->root.flags |= kHosts;
  } else {
    join_loop(require_loop("starting tasks"));
  }
}

void Detached::join_loop(Loop& loop) noexcept {
  RootOwner& root = static_cast<RootOwner&>(loop.root_owner());
  up = &root;
  stand_on(root);
  root.objects.push_back(*this);
  listed_ = true;
}

void Detached::leave_strand() noexcept {
  Strand* outer = host->root.has(TaskBase::kTask) ? nullptr : host->owner()->host;
  host = outer;
  if (!outer) return join_loop(*running.loop);
  up = outer->top();
  outer->innermost = this;
  outer->root.flags |= kHosts;
  stand_on(*up);
}

void Detached::stand_on(const CancelScope& scope) noexcept {
  constexpr std::uint32_t kLevel = kEffective | kHard;
  bool cancelled_now = scope.effective() && !effective();
  flags = (flags & ~kLevel) | (scope.flags & kLevel);
  if (cancelled_now) cancel_kids(*this, has(kHard));
}

Step Detached::kid_ended(Strand& kid) noexcept {
  on_kid_ended(kid);
  if (kids.empty() && when_empty) running.loop->post(*std::exchange(when_empty, nullptr));
  return Step::none();
}

void Detached::abandon() noexcept {
  if (!attached()) return;
  auto* root = host ? nullptr : static_cast<RootOwner*>(up);
  Owner* heir = host ? static_cast<Owner*>(&task_of(host)->extra().leftovers) : root;
  if (host) host->pop(*this);
  if (!kids.empty()) cancel_kids(*this, heir->has(kHard));
  while (Strand* kid = kids.pop_front()) heir->adopt(*kid);
  if (when_empty) loop_of(*heir).post(*std::exchange(when_empty, nullptr));
  if (listed_) root->objects.erase(*this);
  listed_ = false;
  host = nullptr;
  up = nullptr;
}

}  // namespace eddy::detail
