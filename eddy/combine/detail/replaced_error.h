// SPDX-License-Identifier: MIT
#pragma once

#include <exception>

namespace eddy::detail {

/// An error that a later one has replaced, of a cleanup for instance: to the loop's handler.
void report_replaced_error(std::exception_ptr error) noexcept;

}  // namespace eddy::detail
