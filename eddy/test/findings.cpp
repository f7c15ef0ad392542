// SPDX-License-Identifier: MIT
#include "eddy/test/findings.h"

#include <gtest/gtest.h>

#include "eddy/core/error_print.h"

namespace eddy::test {
namespace {

void fail(const ErrorContext& finding) {
  if (finding.kind == ErrorKind::error || is_about_time(finding.kind)) return;
  ADD_FAILURE() << "debug mode found what no handler received (provoked? set an exception handler): "
                << finding.message;
}

}  // namespace

void fail_on_printed_findings() noexcept { eddy::detail::watch_printed_errors(fail); }

}  // namespace eddy::test
