// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eddy/base/function_ref.h"

namespace eddy::debug::detail {

/// A function, and where in the source; empty and 0 for what is not known.
struct SourceLine {
  std::string function;
  std::string file;
  int line = 0;
};

/// What the debug information of a program or a library says of addresses, as the file counts them: for each the lines,
/// innermost first, more than one where functions were inlined.
///
/// Runs addr2line or llvm-symbolizer, whichever is there; for two seconds at most, and as long as `go_on` says. Empty
/// where neither is, or does not know.
std::vector<std::vector<SourceLine>> source_lines(const std::string& path, const std::vector<std::uintptr_t>& addresses,
                                                  FunctionRef<bool()> go_on);

/// Reads what it prints: for each address a line with the address, then a line with a function and one with a place,
/// as often as need be.
std::vector<std::vector<SourceLine>> parse_source_lines(const std::string& text);

}  // namespace eddy::debug::detail
