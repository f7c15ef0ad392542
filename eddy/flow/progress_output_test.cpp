// SPDX-License-Identifier: MIT
#include "eddy/flow/progress_output.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eddy/flow/progress.h"
#include "eddy/flow/progress_print.h"
#include "eddy/flow/progress_screen_test.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

/// A descriptor, and what a terminal at its other end would show.
class Channel {
 public:
  Channel() { EXPECT_EQ(::pipe(ends_), 0); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  int fd() const noexcept { return ends_[1]; }

  /// Label and percentage of each bar; other lines whole.
  Lines seen() {
    char bytes[65536];
    ::write(ends_[1], "", 1);
    auto count = ::read(ends_[0], bytes, sizeof bytes);
    screen_.write(std::string_view(bytes, static_cast<std::size_t>(count - 1)));
    Lines lines = screen_.lines();
    for (std::string& line : lines) line.erase(std::min(line.size(), line.find('|')));
    return lines;
  }

 private:
  int ends_[2] = {-1, -1};
  FakeScreen screen_{80};
};

ProgressOptions bar_on(const Channel& channel) { return ProgressOptions().fd(channel.fd()).mode(ProgressMode::kBar); }

TEST(ProgressPauseTest, NothingIsDrawnMeanwhile) {
  Channel channel;
  Progress bar("a", 2, bar_on(channel));
  EXPECT_EQ(channel.seen(), Lines{"a:   0%"});
  {
    ProgressPause pause;
    EXPECT_EQ(channel.seen(), Lines());
    bar.advance(2);
    Progress other("b", 2, bar_on(channel));
    EXPECT_EQ(channel.seen(), Lines());
    {
      ProgressPause nested;
    }
    EXPECT_EQ(channel.seen(), Lines());
    ::write(channel.fd(), "text\n", 5);
    other.close();
  }
  EXPECT_EQ(channel.seen(), (Lines{"text", "b:   0%", "a: 100%"}));
}

TEST(ProgressPauseTest, OutputsThatTurnUpMeanwhileWaitToo) {
  ProgressPause* pause = new ProgressPause;
  Channel channel;
  const int unused = ::dup2(channel.fd(), 187);
  {
    Progress bar("a", 2, ProgressOptions().fd(unused).mode(ProgressMode::kBar));
    EXPECT_EQ(channel.seen(), Lines());
    delete pause;
    EXPECT_EQ(channel.seen(), Lines{"a:   0%"});
  }
  ::close(unused);
}

TEST(ProgressPrintTest, PutsALineAboveTheBars) {
  Channel channel;
  std::FILE* file = ::fdopen(::dup(channel.fd()), "w");
  Progress bar("a", 2, bar_on(channel));
  progress_print("one", file);
  progress_print("two\n", file);
  progress_print("", file);
  EXPECT_EQ(channel.seen(), (Lines{"one", "two", "", "a:   0%"}));
  std::fclose(file);
}

/// What a program prints about its progress to a terminal of 40 columns, given this in its environment.
std::string on_a_terminal(const char* variable, const char* value) {
  const int screen = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (screen < 0 || ::grantpt(screen) != 0 || ::unlockpt(screen) != 0) return "no pseudo-terminals here";
  const int program = ::open(::ptsname(screen), O_RDWR | O_NOCTTY);
  winsize size{};
  size.ws_col = 40;
  size.ws_row = 10;
  ::ioctl(screen, TIOCSWINSZ, &size);
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::unsetenv("EDDY_PROGRESS");
    ::unsetenv("NO_COLOR");
    ::setenv("TERM", "xterm", 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
    ::setenv(variable, value, 1);
    {
      Progress bar("pages", 4, ProgressOptions().fd(program));
    }
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  char text[4096] = {};
  const auto count = ::read(screen, text, sizeof text);
  ::close(program);
  ::close(screen);
  return std::string(text, static_cast<std::size_t>(std::max<::ssize_t>(count, 0)));
}

TEST(ProgressTerminalTest, TheEnvironmentSaysHowItLooks) {
  const std::string usual = on_a_terminal("UNUSED", "");
  if (usual.find("pseudo") != std::string::npos) GTEST_SKIP() << usual;
  EXPECT_NE(usual.find("pages:   0%|\x1b[36m"), std::string::npos) << usual;
  EXPECT_NE(usual.find("0/4"), std::string::npos) << usual;
  const std::string plain = "pages: 0% 0/4 [00:00, ?it/s]\r\n";
  EXPECT_EQ(on_a_terminal("TERM", "dumb"), plain);
  EXPECT_EQ(on_a_terminal("EDDY_PROGRESS", "plain"), plain);
  EXPECT_EQ(on_a_terminal("EDDY_PROGRESS", "off"), "");
  const std::string colorless = on_a_terminal("NO_COLOR", "1");
  EXPECT_EQ(colorless.find("\x1b[36m"), std::string::npos) << colorless;
  EXPECT_NE(colorless.find("pages:   0%|"), std::string::npos) << colorless;
}

TEST(ProgressOutputTest, BarsOfSeveralThreadsStayWhole) {
  FakeScreen screen(31);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&screen, i] {
      const auto options = ProgressOptions().output(screen).min_interval(0ns);
      Progress bar(std::string(1, static_cast<char>('a' + i)), 2000, options);
      for (int step = 0; step < 2000; ++step) {
        bar.advance();
        if (step % 500 == 0) screen.print("text");
      }
    });
  }
  for (auto& thread : threads) thread.join();
  Lines lines = screen.lines();
  std::erase(lines, "text");
  ASSERT_EQ(lines.size(), 4U);
  std::sort(lines.begin(), lines.end());
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(lines[static_cast<std::size_t>(i)].substr(0, 7), std::string(1, static_cast<char>('a' + i)) + ": 100%");
  }
  EXPECT_FALSE(screen.out_of_bounds);
}

TEST(ProgressTerminal, APipeThatNobodyReadsIsNoReasonToDie) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const auto before = std::signal(SIGPIPE, SIG_DFL);  // which would end the process
  {
    Progress bar("pages", 10, ProgressOptions{}.fd(ends[1]).mode(ProgressMode::kBar));
    bar.advance(10);
  }
  std::signal(SIGPIPE, before);
  ::close(ends[1]);
}

}  // namespace
}  // namespace eddy
