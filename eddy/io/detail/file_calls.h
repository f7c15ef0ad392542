// SPDX-License-Identifier: MIT
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/types.h>

#include "eddy/sys/fd.h"

/// Plain functions that block: for the threads of a pool. They throw std::system_error with the path, and close what
/// they opened.
namespace eddy::detail {

/// Python's mode as open(2) understands it. Throws std::invalid_argument for another one.
[[nodiscard]] int open_flags(std::string_view mode);

/// A file, a directory only if `flags` ask for it; no pipe, socket or terminal, which would make a thread wait for
/// ever.
[[nodiscard]] sys::Fd open_now(const std::string& path, int flags, mode_t permissions);

/// All that `fd` still has. Ends early, with what it has, when it is stopped.
[[nodiscard]] std::string read_now(const std::stop_token& stop, int fd, const std::string& path);
void write_now(const std::stop_token& stop, int fd, std::string_view bytes, const std::string& path);

[[nodiscard]] std::string read_file_now(const std::stop_token& stop, const std::string& path);
void write_file_now(const std::stop_token& stop, const std::string& path, std::string_view bytes, int flags);

/// A new file beside `path`, of an unused name that begins with `prefix` and ends in `suffix`, which is put into
/// `path`.
[[nodiscard]] sys::Fd make_temporary_now(std::string& path, const std::string& prefix, const std::string& suffix);

/// Another file takes the place of `path` at once, with its permissions.
void replace_file_now(const std::stop_token& stop, const std::string& path, std::string_view bytes);

/// Where the name begins behind the last '/'.
[[nodiscard]] std::string directory_of(const std::string& path);

/// Throws "<doing> <path>: <error>".
[[noreturn]] void fail_path(const char* doing, const std::string& path, int error);

}  // namespace eddy::detail
