// SPDX-License-Identifier: MIT
#include "eddy/sys/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "eddy/sys/pipe_write.h"

namespace eddy::sys {

TerminalSize terminal_size(int fd) noexcept {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

bool is_terminal(int fd) noexcept { return ::isatty(fd) == 1; }

void write_text(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    const int written = write_no_sigpipe(fd, {&piece, 1});
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace eddy::sys
