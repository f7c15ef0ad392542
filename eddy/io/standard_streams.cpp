// SPDX-License-Identifier: MIT
#include "eddy/io/standard_streams.h"

#include <unistd.h>

#include "eddy/core/loop.h"
#include "eddy/io/detail/shared_transport.h"

namespace eddy {

namespace {

Stream standard(int fd, detail::Access access, const char* name) {
  sys::Poller& poller = detail::require_loop(name).poller();
  return Stream(detail::borrow_descriptor(fd, access, name, poller));
}

}  // namespace

Stream stdin_stream() { return standard(STDIN_FILENO, detail::Access::reads, "stdin"); }
Stream stdout_stream() { return standard(STDOUT_FILENO, detail::Access::writes, "stdout"); }
Stream stderr_stream() { return standard(STDERR_FILENO, detail::Access::writes, "stderr"); }

}  // namespace eddy
