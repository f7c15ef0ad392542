// SPDX-License-Identifier: MIT
#include "eddy/combine/with.h"

#include "eddy/base/error.h"
#include "eddy/core/loop.h"

namespace eddy::detail {

Step CarryOn::start(Strand& strand, Cont cont) noexcept {
  if (begin(strand, cont)) grant();
  return Step::none();
}

void CarryOn::take() const { throw Cancelled(); }  // a stray one: nothing is cancelled here any more

}  // namespace eddy::detail
