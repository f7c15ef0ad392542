// SPDX-License-Identifier: MIT
#include "eddy/sys/terminal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace eddy::sys {
namespace {

TEST(TerminalTest, APipeIsNone) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(is_terminal(ends[1]));
  EXPECT_EQ(terminal_size(ends[1]).columns, 0);
  EXPECT_EQ(terminal_size(-1).rows, 0);
  write_text(ends[1], "all of it");
  char text[16] = {};
  EXPECT_EQ(::read(ends[0], text, sizeof text), 9);
  EXPECT_STREQ(text, "all of it");
  ::close(ends[0]);
  ::close(ends[1]);
  write_text(ends[1], "nobody hears");  // without a word
}

TEST(TerminalTest, SaysHowLargeItIsNow) {
  const int screen = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (screen < 0 || ::grantpt(screen) != 0 || ::unlockpt(screen) != 0) GTEST_SKIP() << "no pseudo-terminals here";
  const int program = ::open(::ptsname(screen), O_RDWR | O_NOCTTY);
  ASSERT_GE(program, 0);
  EXPECT_TRUE(is_terminal(program));
  winsize size{};
  size.ws_col = 44;
  size.ws_row = 11;
  ::ioctl(screen, TIOCSWINSZ, &size);
  EXPECT_EQ(terminal_size(program).columns, 44);
  EXPECT_EQ(terminal_size(program).rows, 11);
  size.ws_col = 20;
  ::ioctl(screen, TIOCSWINSZ, &size);
  EXPECT_EQ(terminal_size(program).columns, 20);
  ::close(program);
  ::close(screen);
}

}  // namespace
}  // namespace eddy::sys
