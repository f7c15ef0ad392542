// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace eddy::debug::detail {

/// What of a stack was written down.
struct StackWalk {
  std::size_t count = 0;     ///< how many addresses
  std::size_t left_out = 0;  ///< of a deep stack: how many more there were, behind the first half of these
};

/// The calling thread's stack, innermost first, from inside a signal handler: beginning at what the signal has
/// interrupted, `context` being the handler's third argument. Each is an address inside the instruction that is run, or
/// that made the call. Where there are more than fit, the innermost and the outermost. Async-signal-safe once it has
/// run before: no allocation, no lock (glibc 2.35 or later).
StackWalk walk_stack(const void* context, std::span<std::uintptr_t> into) noexcept;

}  // namespace eddy::debug::detail
