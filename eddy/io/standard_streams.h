// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/io/stream.h"

namespace eddy {

/// The program's standard streams as Streams: terminals, pipes, sockets, files and devices.
///
/// Descriptors 0, 1 and 2 are shared with the shell and with other programs, so they stay as they are: a Stream never
/// makes them non-blocking, and never closes them. Pipes and terminals are opened once more for it; where that is not
/// allowed it asks before each call whether the call would block, and writes to a terminal byte by byte. Regular files
/// are read and written directly: the loop waits for the disk where the page cache cannot answer.
///
/// Each call makes a stream of its own, with a buffer of its own: read stdin through one of them, and not through
/// `std::cin` beside it. What `printf` and `std::cout` still have in their buffers comes later than what was written
/// here: flush them first. `write_eof()` ends the stream for the reader only once descriptor 1 is closed, too. When
/// nobody reads stdout any more, writing fails with `std::errc::broken_pipe`; no SIGPIPE is raised.
/// Needs a running loop. Throws std::system_error when the program was started without that descriptor.
[[nodiscard]] Stream stdin_stream();
[[nodiscard]] Stream stdout_stream();
[[nodiscard]] Stream stderr_stream();

}  // namespace eddy
