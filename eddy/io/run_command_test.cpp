// SPDX-License-Identifier: MIT
#include "eddy/io/run_command.h"

#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/wait.h>

#include "eddy/base/error.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/test/test.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(RunCommand, GivesCodeAndOutput) {
  const CompletedProcess echo = co_await run_command("echo", "hello");
  EXPECT_EQ(echo.returncode, 0);
  EXPECT_EQ(echo.out, "hello\n");
  EXPECT_EQ(echo.command, "echo hello");
  const CompletedProcess both = co_await run_command(Command::shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(both.returncode, 3);
  EXPECT_EQ(both.out, "out\n");
  EXPECT_EQ(both.err, "err\n");
}

EDDY_TEST(RunCommand, GivesItItsInput) {
  const CompletedProcess sorted = co_await run_command(Command("sort"), "b\na\n");
  EXPECT_EQ(sorted.out, "a\nb\n");
  const CompletedProcess none = co_await run_command("cat");
  EXPECT_EQ(none.out, "") << "not our stdin";
}

EDDY_TEST(RunCommand, KeepsWhatTheCommandSays) {
  const CompletedProcess merged = co_await run_command(Command::shell("echo out; echo err >&2").stderr_to_stdout());
  EXPECT_EQ(merged.out, "out\nerr\n");
  EXPECT_EQ(merged.err, "");
  const CompletedProcess silent = co_await run_command(Command("echo", "hello").null_stdout());
  EXPECT_EQ(silent.out, "");
}

EDDY_TEST(RunCommand, CheckPassesWhatSucceeded) {
  const std::string text = (co_await run_command("echo", "hello")).check().out;
  EXPECT_EQ(text, "hello\n");
}

EDDY_TEST(RunCommand, CheckSaysWhatFailedAndWhy) {
  const CompletedProcess failed = co_await run_command(Command::shell("echo 'no such thing' >&2; exit 2"));
  try {
    failed.check();
    ADD_FAILURE() << "no error";
  } catch (const CalledProcessError& error) {
    EXPECT_STREQ(error.what(),
                 "command /bin/sh -c 'echo '\\''no such thing'\\'' >&2; exit 2' exited with code 2: no such thing");
    EXPECT_EQ(error.returncode(), 2);
    EXPECT_EQ(error.err(), "no such thing\n");
  }
}

EDDY_TEST(RunCommand, CheckShowsTheEndOfALongStory) {
  const CompletedProcess failed = co_await run_command(Command::shell("seq 1000 >&2; kill -TERM $$"));
  EXPECT_EQ(failed.returncode, -SIGTERM);
  try {
    failed.check();
    ADD_FAILURE() << "no error";
  } catch (const CalledProcessError& error) {
    const std::string_view text = error.what();
    EXPECT_NE(text.find("was killed by SIGTERM"), text.npos) << text;
    EXPECT_TRUE(text.ends_with("\n999\n1000")) << text;
    EXPECT_LT(text.size(), 700u);
    EXPECT_EQ(error.err().size(), 3893u);
  }
}

EDDY_TEST(RunCommand, WhatCannotBeStartedThrows) {
  auto ended = co_await outcome(run_command("eddy-no-such-program"));
  EXPECT_THROW(ended.value(), std::system_error);
}

EDDY_TEST(RunCommand, CancelledItEndsTheProcessFirst) {
  auto ended = co_await outcome(wait_for(run_command("sleep", "1000"), 1s));
  EXPECT_THROW(ended.value(), TimeoutError);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left";
}

EDDY_TEST(RunCommand, SeveralAtATime) {
  const auto [first, second] = co_await gather(run_command("echo", "1"), run_command("echo", "2"));
  EXPECT_EQ(first.out + second.out, "1\n2\n");
}

TEST(CommandTest, ReadsAsItWouldBeTyped) {
  EXPECT_EQ(Command("ls", "-l", "a b", "").to_string(), "ls -l 'a b' ''");
  EXPECT_EQ(Command("echo", "it's", "$HOME").to_string(), "echo 'it'\\''s' '$HOME'");
  EXPECT_EQ(Command("a").arg("b").args({"c", "d"}).to_string(), "a b c d");
  EXPECT_EQ(Command(std::vector<std::string>{"x", "y"}).to_string(), "x y");
}

TEST(CommandTest, WhatCannotBeIsRefused) {
  EXPECT_THROW(Command(std::vector<std::string>()), RuntimeError);
  EXPECT_THROW(Command("true").env("", "x"), RuntimeError);
  EXPECT_THROW(Command("true").env("A=B", "x"), RuntimeError);
}

}  // namespace
}  // namespace eddy
