// SPDX-License-Identifier: MIT
#include "eddy/sync/lock.h"

#include "eddy/base/error.h"

namespace eddy {

void Lock::release() {
  if (!locked()) throw RuntimeError("Lock::release(): the lock is not acquired");
  permits_.give_back();
}

}  // namespace eddy
