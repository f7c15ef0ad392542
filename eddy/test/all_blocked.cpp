// SPDX-License-Identifier: MIT
#include "eddy/test/all_blocked.h"

#include "eddy/base/error.h"
#include "eddy/test/run.h"

namespace eddy::test::detail {

using eddy::detail::Cont;
using eddy::detail::Step;
using eddy::detail::Strand;

Step AllBlocked::start(Strand& strand, Cont cont) {
  Session* session = Session::current();
  if (!session) throw RuntimeError("all_blocked() works under eddy::test::run only");
  if (begin(strand, cont)) session->world().blocked_waiters().push_back(*this);
  return Step::none();
}

void AllBlocked::cancel() noexcept {
  if (state() == kArmed) Session::current()->world().blocked_waiters().erase(*this);
  stop();
}

}  // namespace eddy::test::detail
