// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eddy/core/loop.h"

namespace eddy::detail {

/// One report as text, with its line ends. `coloured`: for somebody who looks at a terminal, where it begins with file
/// and line if it has these, so that they can be clicked on.
std::string error_text(const ErrorContext& context, bool coloured);

/// Prints it to stderr, at once; coloured in debug mode, if that is a terminal and NO_COLOR is not set. Any thread.
void print_error(const ErrorContext& context, bool debug) noexcept;

/// For the test kit: told of everything that is printed, on the thread that prints it; null for nobody. Gives the one
/// before.
using PrintWatch = void (*)(const ErrorContext&);
PrintWatch watch_printed_errors(PrintWatch watch) noexcept;

}  // namespace eddy::detail
