// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eddy/core/time_point.h"

namespace eddy::detail {

/// A span of time for a message: "2.5 s", "150 ms", "3 us".
std::string span_text(Duration span);

}  // namespace eddy::detail
