// SPDX-License-Identifier: MIT
#include "eddy/core/outcome.h"

#include "eddy/core/loop.h"

namespace eddy::detail {

void OutcomeError::raise() const {
  look();
  if (error_) std::rethrow_exception(error_);
  throw_cancelled();
}

std::string OutcomeError::text() const {
  if (!error_) return "cancelled";
  try {
    std::rethrow_exception(error_);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return describe(error_);
  }
}

void OutcomeError::report() noexcept { report_lost_error("error in an Outcome that nobody looked at", error_); }

}  // namespace eddy::detail
