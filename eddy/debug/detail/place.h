// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <source_location>

#include "eddy/core/scope.h"

namespace eddy::debug::detail {

/// Where a strand waits: the co_await nearest to the operation. Nothing while it runs, before it starts and after it
/// ended.
std::optional<std::source_location> innermost_await(const eddy::detail::Strand& strand) noexcept;
/// … and the one nearest to its task or branch, which tells what function that runs.
std::optional<std::source_location> outermost_await(const eddy::detail::Strand& strand) noexcept;

}  // namespace eddy::debug::detail
