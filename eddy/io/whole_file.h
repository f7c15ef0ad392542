// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "eddy/core/task.h"

namespace eddy {

/// Whole files, each in one visit to a thread of the loop's pool: `co_await read_text(path)`; pathlib's names, and
/// their meanings. Bytes are bytes: text is not decoded. Errors: std::system_error with the path.
///
/// Cancelled, they stop between two pieces of a mebibyte; a file that was being written is then left half written,
/// unless `replace_file` does it. For parts, positions or lines there is `open_file`.

[[nodiscard]] Task<std::string> read_text(std::string path);
[[nodiscard]] Task<std::vector<std::byte>> read_bytes(std::string path);

/// Makes the file, or empties it first.
[[nodiscard]] Task<> write_text(std::string path, std::string text);
[[nodiscard]] Task<> write_bytes(std::string path, std::vector<std::byte> bytes);
/// Makes the file, or goes on at its end.
[[nodiscard]] Task<> append_text(std::string path, std::string text);

/// As `write_text`, but at once: whoever opens `path` finds the old file or the new one, also after a crash, an error
/// or a cancellation in the middle. Writes a file beside it, which takes its permissions and its place; where `path` is
/// a symbolic link, the place of the file that it leads to. Needs the right to make files in that directory.
[[nodiscard]] Task<> replace_file(std::string path, std::string text);

}  // namespace eddy
