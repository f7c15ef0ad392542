// SPDX-License-Identifier: MIT
#include "eddy/threads/thread_future.h"

#include "eddy/base/error.h"
#include "eddy/core/loop.h"

namespace eddy::detail {

void throw_waits_for_itself() {
  throw RuntimeError(
      "get() of a task that runs on this very loop would wait for ever: co_await the task here, or call get() from "
      "another thread");
}

void report_unretrieved(std::exception_ptr error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const TaskCancelled&) {  // NOLINT(bugprone-empty-catch): not an error that anybody misses
  } catch (...) {
    report_lost_error("exception of a task on another loop was never retrieved", std::move(error));
  }
}

}  // namespace eddy::detail
