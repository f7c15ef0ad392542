// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "eddy/io/transport.h"

namespace eddy::detail {

/// Two transports in memory; what one writes the other reads. `capacity` bounds each direction.
[[nodiscard]] std::pair<std::unique_ptr<Transport>, std::unique_ptr<Transport>> make_memory_transports(
    std::size_t capacity);

}  // namespace eddy::detail
