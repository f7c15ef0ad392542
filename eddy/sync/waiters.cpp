// SPDX-License-Identifier: MIT
#include "eddy/sync/waiters.h"

#include <string>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy::detail {

std::size_t Waiters::count() const noexcept {
  std::size_t n = 0;
  for (Op* op = ring_.front(); op; op = ring_.after(*op)) ++n;
  return n;
}

void Waiters::describe_place(const Op& op, OpDescription& to) const { to.stands_in(ring_, op); }

bool Waiters::is_foreign(const Op& op) const noexcept {
  return running.loop->get_debug() && &loop_of(op.strand()) != &loop_of(ring_.front()->strand());
}

void throw_other_loop(const char* what) {
  throw RuntimeError(std::string(what) +
                     " is attached to a different loop: tasks of that one wait for it already; "
                     "give each loop its own, or cross with call_soon_threadsafe");
}

void throw_too_few(const char* what, const char* at_least) {
  throw RuntimeError(std::string(what) + " must be at least " + at_least);
}

}  // namespace eddy::detail
