// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/loop.h"

namespace eddy::test {

/// Whether it says that something took long: on a busy machine, or in virtual time, no fault of the program.
constexpr bool is_about_time(ErrorKind kind) noexcept {
  return kind == ErrorKind::slow_callback || kind == ErrorKind::blocked || kind == ErrorKind::slow_cleanup;
}

/// From now on a finding of debug mode that reaches no handler but the default one, which prints it, fails the test
/// that runs. `eddy/test/main.cpp` calls it; tests that provoke one set a handler.
void fail_on_printed_findings() noexcept;

}  // namespace eddy::test
