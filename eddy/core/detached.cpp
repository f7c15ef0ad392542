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
  flags |= root.flags & (kEffective | kHard);
  root.objects.push_back(*this);
  listed_ = true;
}

void Detached::leave_strand() noexcept {
  host = nullptr;
  join_loop(*running.loop);
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
