// SPDX-License-Identifier: MIT
#include "eddy/combine/detail/replaced_error.h"

#include <utility>

#include "eddy/core/loop.h"

namespace eddy::detail {

void report_replaced_error(std::exception_ptr error) noexcept {
  report_lost_error("an error was replaced by a later one", std::move(error));
}

}  // namespace eddy::detail
