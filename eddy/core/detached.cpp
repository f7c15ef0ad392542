// SPDX-License-Identifier: MIT
#include "eddy/core/detached.h"

#include "eddy/core/loop.h"
#include "eddy/core/task_state.h"

namespace eddy::detail {

void Detached::attach() {
  host = running.strand;
  if (host) {
    task_of(host)->extra();  // the room for what we may have to leave behind; leaving must not fail
    host->push(*this);
  } else {
    up = &require_loop("starting tasks").root_owner();
  }
}

Step Detached::kid_ended(Strand& kid) noexcept {
  on_kid_ended(kid);
  if (kids.empty() && when_empty) {
    running.loop->post(*when_empty);
    when_empty = nullptr;
  }
  return Step::none();
}

void Detached::abandon() noexcept {
  if (!attached()) return;
  Owner* heir = host ? static_cast<Owner*>(&task_of(host)->extra().leftovers) : static_cast<Owner*>(up);
  if (host) host->pop(*this);
  up = nullptr;
  if (kids.empty()) return;
  cancel_kids(*this);
  while (Strand* kid = kids.pop_front()) heir->adopt(*kid);
}

}  // namespace eddy::detail
