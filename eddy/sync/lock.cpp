// SPDX-License-Identifier: MIT
#include "eddy/sync/lock.h"

#include "eddy/base/error.h"
#include "eddy/core/op_description.h"

namespace eddy {

void detail::LockAcquire::describe(OpDescription& to) const { describe_as("Lock", to); }

void Lock::release() {
  if (!locked()) throw RuntimeError("Lock::release(): the lock is not acquired");
  permits_.give_back();
}

}  // namespace eddy
