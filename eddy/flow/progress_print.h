// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <string_view>

namespace eddy {

/// Prints a line on stdout, or another file, so that bars on the same terminal stay whole: they are taken off the
/// screen and drawn again below. tqdm's `write`. Any thread. For more than a line see `ProgressPause`.
void progress_print(std::string_view line, std::FILE* file = stdout);

}  // namespace eddy
