// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eddy::debug::detail {

/// Where the calling thread is in the program's own code, below what eddy itself does there: "at app.cpp:40 in crunch",
/// or "in crunch" where no debug information says more soon; empty where there is only the loop. Remembered, so that
/// many reports from one place cost one look at the debug information.
std::string own_place();

}  // namespace eddy::debug::detail
