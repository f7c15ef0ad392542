// SPDX-License-Identifier: MIT
#include "eddy/flow/workers.h"

#include "eddy/base/count.h"
#include "eddy/base/error.h"

namespace eddy {

Workers& Workers::count(std::size_t workers) {
  if (!detail::is_count(workers))
    throw RuntimeError("Workers::count(n): n must be 1 or more: without a worker nothing would be consumed");
  count_ = workers;
  return *this;
}

Workers& Workers::buffer(std::size_t items) {
  if (!detail::is_count(items))
    throw RuntimeError("Workers::buffer(n): n must be 1 or more: there must be room for one item at least");
  buffer_ = items;
  return *this;
}

}  // namespace eddy
