// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace eddy::detail {

inline constexpr std::size_t kScratchBytes = 64 * 1024;

/// Memory of this thread for as long as a system call takes: where bytes land before it is known how many they are.
std::span<char, kScratchBytes> scratch();

}  // namespace eddy::detail
