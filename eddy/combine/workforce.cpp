// SPDX-License-Identifier: MIT
#include "eddy/combine/workforce.h"

#include <utility>

namespace eddy::detail {

Step Workforce::start(Strand& strand, Cont cont) noexcept {
  open(strand, cont);
  try {
    hire();
  } catch (...) {
    error_ = std::current_exception();
  }
  return wait();
}

void Workforce::hire() {
  add(workers_.emplace_back(worker_(workers_.size()).to_operation()));
  ++idle_;
}

bool Workforce::decide(BranchBase& branch) noexcept {
  if (branch.stopped()) stopped_ = true;
  if (!branch.failed()) return false;
  if (error_) {
    report_late_error(who_, std::move(branch.error));
  } else {
    error_ = std::move(branch.error);
  }
  return true;
}

}  // namespace eddy::detail
