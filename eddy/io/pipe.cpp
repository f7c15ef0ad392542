// SPDX-License-Identifier: MIT
#include "eddy/io/pipe.h"

#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "eddy/core/loop.h"
#include "eddy/io/detail/pipe_transport.h"

namespace eddy {

Stream stream_from_pipe(sys::Fd pipe, std::string name) {
  sys::Poller& poller = detail::require_loop("stream_from_pipe()").poller();
  return Stream(std::make_unique<detail::PipeTransport>(std::move(pipe), std::move(name), poller));
}

Pipe pipe() {
  int ends[2];
  sys::check(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
  sys::Fd read_end(ends[0]);
  sys::Fd write_end(ends[1]);
  Stream reader = stream_from_pipe(std::move(read_end), "a pipe");
  return {std::move(reader), stream_from_pipe(std::move(write_end), "a pipe")};
}

}  // namespace eddy
