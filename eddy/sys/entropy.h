// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eddy::sys {

/// A number nobody can foresee, for seeding: from the kernel, else (in a sandbox that forbids asking it) from the
/// clock. Any thread.
std::uint64_t entropy() noexcept;

}  // namespace eddy::sys
