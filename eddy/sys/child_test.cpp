// SPDX-License-Identifier: MIT
#include "eddy/sys/child.h"

#include <csignal>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/scope_guard.h"

namespace eddy::sys {
namespace {

ChildPlan shell(const std::string& line) {
  ChildPlan plan;
  plan.program = "/bin/sh";
  plan.arguments = {"sh", "-c", line};
  return plan;
}

struct Pipe {
  Pipe() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  std::string read_all() {
    writer.reset();
    std::string text;
    char some[256];
    for (ssize_t got = 1; (got = ::read(reader.get(), some, sizeof some)) > 0;)
      text.append(some, static_cast<std::size_t>(got));
    return text;
  }
  Fd reader;
  Fd writer;
};

TEST(ChildTest, TellsItsEndOnceItHasCome) {
  ChildPlan plan = shell("exit 3");
  Child child(plan);
  pollfd ended{child.pidfd(), POLLIN, 0};
  EXPECT_EQ(::poll(&ended, 1, -1), 1);
  const auto end = child.ended();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text(), "exited with code 3");
  EXPECT_EQ(child.send_signal(SIGTERM), ESRCH);
  EXPECT_EQ(::waitpid(child.pid(), nullptr, WNOHANG), -1) << "it was reaped";
}

TEST(ChildTest, DiesWithItsOwner) {
  pid_t pid = 0;
  {
    Child child(shell("exec sleep 1000"));
    pid = child.pid();
    EXPECT_FALSE(child.ended());
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ChildTest, EndHardSaysWhatKilledIt) {
  Child child(shell("trap '' TERM; exec sleep 1000"));
  EXPECT_EQ(child.end_hard().signal, SIGKILL);
  Child gone(shell("exit 0"));
  ::waitpid(gone.pid(), nullptr, 0);
  EXPECT_EQ(gone.end_hard().exit_code, -1) << "somebody else has reaped it";
}

TEST(ChildTest, DescriptorsMayChangePlaces) {
  Pipe first;
  Pipe second;
  const Fd out(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  const Fd err(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  const ScopeGuard restore([&] {
    ::dup2(out.get(), STDOUT_FILENO);
    ::dup2(err.get(), STDERR_FILENO);
  });
  ::dup2(first.writer.get(), STDOUT_FILENO);
  ::dup2(second.writer.get(), STDERR_FILENO);
  ChildPlan plan = shell("echo out; echo err >&2; echo three >&3");
  plan.descriptors = {-1, STDERR_FILENO, STDOUT_FILENO, STDERR_FILENO};
  Child child(plan);
  pollfd ended{child.pidfd(), POLLIN, 0};
  ::poll(&ended, 1, -1);
  ::dup2(out.get(), STDOUT_FILENO);
  ::dup2(err.get(), STDERR_FILENO);
  EXPECT_EQ(first.read_all(), "err\n");
  EXPECT_EQ(second.read_all(), "out\nthree\n");
}

TEST(ChildTest, GetsNothingThatItIsNotGiven) {
  const Fd careless(::open("/dev/null", O_RDONLY));
  Pipe pipe;
  ChildPlan plan = shell("cd /proc/self/fd && for i in *; do test -e $i && echo $i; done >&2");
  plan.descriptors = {-1, -1, pipe.writer.get()};
  Child child(plan);
  const std::string seen = pipe.read_all();
  EXPECT_EQ(seen.find(std::to_string(careless.get())), seen.npos) << seen;
}

TEST(ChildTest, WhatCannotBeStartedLeavesNothing) {
  ChildPlan plan;
  plan.program = "eddy-no-such-program";
  plan.arguments = {"x"};
  EXPECT_THROW(Child child(plan), std::system_error);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

}  // namespace
}  // namespace eddy::sys
