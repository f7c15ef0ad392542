// SPDX-License-Identifier: MIT
#include "eddy/sync/semaphore.h"

#include "eddy/base/error.h"
#include "eddy/core/op_description.h"

namespace eddy {

void detail::SemaphoreAcquire::describe(OpDescription& to) const {
  describe_as("Semaphore", to);
  to.add("0 free");
}

void Semaphore::release() {
  if (permits_.complete()) throw RuntimeError("BoundedSemaphore::release(): released more often than acquired");
  permits_.give_back();
}

}  // namespace eddy
