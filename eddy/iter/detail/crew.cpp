// SPDX-License-Identifier: MIT
#include "eddy/iter/detail/crew.h"

#include "eddy/core/op_description.h"

namespace eddy::detail {

void Signal::Wait::describe(OpDescription& to) const { to.is("the tasks of a pipeline stage"); }

}  // namespace eddy::detail
