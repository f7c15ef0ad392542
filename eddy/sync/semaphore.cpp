// SPDX-License-Identifier: MIT
#include "eddy/sync/semaphore.h"

#include "eddy/base/error.h"

namespace eddy {

void Semaphore::release() {
  if (permits_.complete()) throw RuntimeError("BoundedSemaphore::release(): released more often than acquired");
  permits_.give_back();
}

}  // namespace eddy
