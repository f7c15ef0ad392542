// SPDX-License-Identifier: MIT
#include "eddy/flow/workers.h"

#include "eddy/base/error.h"

namespace eddy {

Workers& Workers::count(std::size_t workers) {
  if (workers == 0) throw RuntimeError("Workers::count(0): without a worker nothing would be consumed");
  count_ = workers;
  return *this;
}

Workers& Workers::buffer(std::size_t items) {
  if (items == 0) throw RuntimeError("Workers::buffer(0): there must be room for one item at least");
  buffer_ = items;
  return *this;
}

}  // namespace eddy
