// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace eddy::debug::detail {

/// The calling thread's stack, innermost first, from inside a signal handler: beginning at what the signal has
/// interrupted, `context` being the handler's third argument. Each is an address inside the instruction that is run, or
/// that made the call. Async-signal-safe once it has run before: no allocation, no lock (glibc 2.35 or later).
std::size_t walk_stack(const void* context, std::span<std::uintptr_t> into) noexcept;

}  // namespace eddy::debug::detail
