// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace eddy::sys {

/// How many characters a terminal shows; zeros for what is none, or does not say.
struct TerminalSize {
  int columns = 0;
  int rows = 0;
};

/// Asks the kernel, each time: windows change their size. Any thread.
TerminalSize terminal_size(int fd) noexcept;

/// Whether somebody may be looking, rather than a file or a pipe taking it.
bool is_terminal(int fd) noexcept;

/// Writes a whole text, at once where the kernel takes it so. For what may get lost: errors end it without a word.
void write_text(int fd, std::string_view text) noexcept;

}  // namespace eddy::sys
