// SPDX-License-Identifier: MIT
#include "eddy/combine/exit_stack.h"

#include <string>

#include "eddy/combine/outcome.h"
#include "eddy/core/loop.h"

namespace eddy {

ExitStack::~ExitStack() {
  if (!top_) return;
  std::size_t open = 0;
  while (auto entry = pop()) ++open;
  detail::report_lost_error("an ExitStack was destroyed with " + std::to_string(open) +
                                " open: they were destroyed, not closed; co_await with(stack, body) or stack.aclose()",
                            nullptr);
}

void ExitStack::add(Owned<detail::StackEntry> entry) noexcept {
  entry->below = std::move(top_);
  top_ = std::move(entry);
}

Owned<detail::StackEntry> ExitStack::pop() noexcept {
  auto entry = std::move(top_);
  if (entry) top_ = std::move(entry->below);
  return entry;
}

Task<> ExitStack::close_all(ExitReason why) {
  std::exception_ptr failed;
  while (auto entry = pop()) {
    auto closed = co_await outcome(entry->close(why));
    if (auto error = closed.error()) {
      if (failed) detail::report_replaced_error(std::move(failed));
      failed = error;
      why = ExitReason(error);
    }
  }
  if (failed) std::rethrow_exception(failed);
}

}  // namespace eddy
