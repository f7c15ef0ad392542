// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include <sys/uio.h>

namespace eddy::sys {

/// Writes pieces (at most IOV_MAX of them are taken) to a pipe, terminal or file: how many bytes, or -errno. -EPIPE
/// when nobody reads the pipe any more: no SIGPIPE, which would end the program.
///
/// Pipes have no MSG_NOSIGNAL, and ignoring SIGPIPE for the whole process is not a library's decision: programs run by
/// `exec` would inherit it. So the calling thread blocks the signal meanwhile and takes back the one it caused.
[[nodiscard]] int write_no_sigpipe(int fd, std::span<const iovec> pieces) noexcept;

}  // namespace eddy::sys
