// SPDX-License-Identifier: MIT
//
// A process that a debugger watches: its end is known to the kernel, and held back until the debugger lets go.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eddy/combine/outcome.h"
#include "eddy/core/run.h"
#include "eddy/io/process.h"
#include "eddy/sys/fd.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// A process of ours that holds on to another one until it is told to end, or for a moment.
class Tracer {
 public:
  explicit Tracer(int pid) {
    int to[2];
    int from[2];
    sys::check(::pipe(to), "pipe");
    sys::check(::pipe(from), "pipe");
    pid_ = ::fork();
    if (pid_ == 0) hold(pid, to[0], from[1]);
    ::close(to[0]);
    ::close(from[1]);
    in_.reset(to[1]);
    const sys::Fd out(from[0]);
    char answer = 0;
    holds_ = ::read(out.get(), &answer, 1) == 1 && answer == 'y';
  }
  ~Tracer() { let_go(); }

  bool holds() const { return holds_; }
  void let_go() {
    if (pid_ <= 0) return;
    if (!told_) {
      EXPECT_EQ(::write(in_.get(), "x", 1), 1);
    }
    EXPECT_EQ(::waitpid(pid_, nullptr, 0), pid_);
    pid_ = -1;
  }
  void let_go_soon() {
    told_ = true;
    EXPECT_EQ(::write(in_.get(), "s", 1), 1);
  }

 private:
  [[noreturn]] static void hold(int pid, int in, int out) {
    const bool holds = ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0;
    char word = holds ? 'y' : 'n';
    if (::write(out, &word, 1) == 1 && ::read(in, &word, 1) == 1 && word == 's') ::usleep(30'000);
    ::_exit(0);
  }

  pid_t pid_ = -1;
  sys::Fd in_;
  bool holds_ = false;
  bool told_ = false;
};

std::chrono::nanoseconds cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

Task<> is_waited_for_without_spinning() {
  Process process = co_await create_subprocess_exec("sleep", "1000");
  Tracer tracer(process.pid());
  if (!tracer.holds()) {
    std::puts("no process may be traced here");
    co_return;
  }
  process.kill();
  const auto before = cpu_time();
  const auto early = co_await try_for(process.wait(), 100ms);
  EXPECT_FALSE(early.has_value());
  EXPECT_LT(cpu_time() - before, 20ms);
  tracer.let_go();
  EXPECT_EQ(co_await process.wait(), -SIGKILL);
}

TEST(ProcessTraced, ItsEndIsWaitedForWithoutSpinning) { run(is_waited_for_without_spinning()); }

TEST(ProcessTraced, ALoopThatClosesWaitsForItToo) {
  std::unique_ptr<Tracer> tracer;
  int pid = 0;
  const auto leave = [&]() -> Task<> {
    Process process = co_await create_subprocess_exec("sleep", "1000");
    pid = process.pid();
    tracer = std::make_unique<Tracer>(pid);
    process.kill();
    co_await sleep(3ms);  // the loop has been told
    if (tracer->holds()) tracer->let_go_soon();
  };
  run(leave());
  EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace eddy
