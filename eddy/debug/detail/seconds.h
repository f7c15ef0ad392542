// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eddy/core/time_point.h"

namespace eddy::debug::detail {

/// "3.2 s", "15 ms", "2 h 5 min": how long, for people.
std::string seconds(Duration time);

}  // namespace eddy::debug::detail
