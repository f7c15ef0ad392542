// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eddy/base/function_ref.h"

namespace eddy::debug::detail {

/// A function on a thread's stack.
struct NativeFrame {
  std::string function;  ///< without arguments; where no symbol says, "0x1f40 in libfoo.so"
  std::string file;      ///< empty where no debug information says
  int line = 0;
  bool foreign = false;      ///< of a library, or of a system header: not where the reader would look first
  std::size_t left_out = 0;  ///< how many functions there are between this one and the next
};

/// Turns addresses into functions, innermost first, inlined ones included, down to where the loop resumed the task or
/// called the callback. As long as `go_on` says; from then on without files and lines. `left_out` are missing behind
/// the first half.
std::vector<NativeFrame> native_frames(const std::vector<std::uintptr_t>& code, std::size_t left_out,
                                       FunctionRef<bool()> go_on);

/// "at app.cpp:40 in crunch": the innermost function that is the program's own; empty if there is none.
std::string place_text(const std::vector<NativeFrame>& frames);

/// A line for each: "    in crunch at /src/app.cpp:40".
std::string frame_lines(const std::vector<NativeFrame>& frames);

}  // namespace eddy::debug::detail
