// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "eddy/io/stream.h"
#include "eddy/sys/fd.h"

namespace eddy {

/// The two ends of a pipe: what `writer` writes, `reader` reads.
struct Pipe {
  Pipe(Stream read_end, Stream write_end) noexcept : reader(std::move(read_end)), writer(std::move(write_end)) {}
  Stream reader;
  Stream writer;
};

/// A new pipe through the kernel, whose ends no program that is started inherits. Needs a running loop. Closing the
/// writer, or its `write_eof()`, is the end of the stream for the reader; writing when the reader is gone fails with
/// `std::errc::broken_pipe`, and never raises SIGPIPE.
/// Between tasks of one loop `memory_stream_pair()` is faster; for two directions there is `socket_stream_pair()`.
[[nodiscard]] Pipe pipe();

/// Advanced: a stream on one end of a pipe, on a FIFO or a terminal, which it takes over and makes non-blocking; so the
/// descriptor must not share its open file description with another process (it does when it was inherited, or made by
/// `dup`): for those of your own process there is `stdin_stream()`. Needs a running loop. `name` is for messages.
/// Throws std::system_error when the poller refuses the descriptor, as it does regular files: see `open_file`.
[[nodiscard]] Stream stream_from_pipe(sys::Fd pipe, std::string name);

}  // namespace eddy
