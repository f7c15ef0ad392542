// SPDX-License-Identifier: MIT
#include "eddy/core/readiness.h"

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::detail {

Step FdReady::start(Strand& strand, Cont cont) {
  if (begin(strand, cont)) running.loop->poller().submit(*this);
  return Step::none();
}

void FdReady::take() const {
  if (result >= 0) return;
  sys::throw_error(kind == sys::OpKind::poll_readable ? "readable(): waiting for the descriptor"
                                                      : "writable(): waiting for the descriptor",
                   -result);
}

void FdReady::cancel() noexcept {
  if (state() == kReady) return stop();  // it will still be ready for whoever asks next
  if (state() != kArmed || cancelled_) return;
  cancelled_ = true;
  running.loop->poller().cancel(*this);
}

void FdReady::describe(OpDescription& to) const {
  to.is(kind == sys::OpKind::poll_readable ? "readable fd" : "writable fd", std::to_string(fd));
}

void FdReady::complete() noexcept {
  if (cancelled_) {
    stop();
  } else {
    grant();
  }
}

}  // namespace eddy::detail
