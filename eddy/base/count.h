// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace eddy::detail {

/// Whether something can be made of so many: not none, and not a negative number in disguise.
constexpr bool is_count(std::size_t n) noexcept { return n != 0 && n <= static_cast<std::size_t>(-1) / 2; }

}  // namespace eddy::detail
