// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/worker_process.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/threads/detail/worker_main.h"

namespace eddy::detail {

static_assert(kWorkerSocket == 3, "the socket comes right after the standard descriptors");

WorkerProcess::WorkerProcess(std::uint64_t memory_max) {
  if (worker_is_starting()) {
    throw RuntimeError(
        "a process pool was used while a worker process made its global objects: every worker would "
        "start another; use pools from main() on");
  }
  int ends[2];
  sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair for a worker process");
  socket_.reset(ends[0]);
  const sys::Fd theirs(ends[1]);
  sys::set_nonblocking(socket_.get());
  const sys::Fd nothing = sys::check_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null");

  sys::ChildPlan plan;
  plan.program = "/proc/self/exe";
  plan.arguments.emplace_back(program_invocation_name);
  plan.environment = sys::current_environment();
  plan.environment->push_back(std::string(kWorkerVariable) + "=" + std::to_string(::getpid()) + " " +
                              std::to_string(memory_max));
  plan.descriptors = {nothing.get(), STDOUT_FILENO, STDERR_FILENO, theirs.get()};
  child_.emplace(plan);
}

}  // namespace eddy::detail
