// SPDX-License-Identifier: MIT
//
// The other end of a process pool: the same program, started again with a variable in its environment. It never reaches
// main(): once its global objects are made, it serves calls until its pool hangs up.
#include "eddy/threads/detail/worker_main.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/sys/thread.h"
#include "eddy/threads/detail/code_address.h"
#include "eddy/threads/detail/codec.h"
#include "eddy/threads/detail/message.h"
#include "eddy/threads/detail/remote_error.h"

using Initializer = void (*)(int, char**, char**);
// Made by the linker: what is called before main(), in this order.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier)
extern Initializer __init_array_start[] __attribute__((visibility("hidden")));
extern Initializer __init_array_end[] __attribute__((visibility("hidden")));
// NOLINTEND(bugprone-reserved-identifier)
}

namespace eddy::detail {
namespace {

constinit bool starting = false;

// A pool that dies takes its workers along, also one that computes for ever. Its process is watched too: a copy of
// that, made by fork(), may hold the pool's end of the socket.
void watch_pool(pid_t program) {
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, program, 0));
  if (::getppid() != program) ::_exit(0);  // gone before we could look, and its number may be another's
  std::thread([process] {
    sys::set_thread_name("eddy-watch");
    pollfd ends[] = {{kWorkerSocket, POLLRDHUP, 0}, {process, POLLIN, 0}};
    while (::poll(ends, 2, -1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
  }).detach();
}

void limit_memory(std::uint64_t bytes) {
  rlimit limit{};
  limit.rlim_cur = limit.rlim_max = bytes;
  if (limit.rlim_cur > 0) ::setrlimit(RLIMIT_AS, &limit);
}

Sender answer(const Message& call) {
  try {
    Decoder in(call.bytes());
    Encoder out;
    CodeAddress stub;
    in(stub);
    reinterpret_cast<WorkerStub>(resolve(stub))(in, out);
    return Sender(Message(MessageKind::kValue, out.take()));
  } catch (...) {
    return Sender(Message(MessageKind::kError, encode_error(std::current_exception())));
  }
}

void serve() {
  const pid_t self = ::getpid();
  for (;;) {
    Receiver in;
    if (in.receive(kWorkerSocket) != MessageState::kDone) return;
    Message call = in.take();
    Sender out = answer(call);
    std::fflush(nullptr);                // what it printed comes before its result, and survives whatever ends us
    if (::getpid() != self) ::_exit(0);  // the function forked, and its copy came back too: one answer is enough
    if (out.send(kWorkerSocket) != MessageState::kDone) return;
  }
}

void be_worker(std::uint64_t memory_max) {
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C is for the program; it ends us when it is done
  limit_memory(memory_max);
  serve();
  ::_exit(0);
}

// Global objects that would be made after this point must exist before a function may use them.
void make_the_rest(Initializer self, int argc, char** argv, char** environment) {
  Initializer* at = __init_array_start;
  while (at != __init_array_end && *at != self) ++at;
  if (at == __init_array_end) return;
  while (++at != __init_array_end) (*at)(argc, argv, environment);
}

[[gnu::constructor]] void start(int argc, char** argv, char** environment) {
  const char* order = std::getenv(kWorkerVariable);
  if (!order) return;
  char* at = nullptr;
  const auto program = static_cast<pid_t>(std::strtol(order, &at, 10));
  const std::uint64_t memory_max = std::strtoull(at, nullptr, 10);
  ::unsetenv(kWorkerVariable);
  watch_pool(program);  // now, since making global objects may take long
  starting = true;
  make_the_rest(&start, argc, argv, environment);
  starting = false;
  be_worker(memory_max);
}

}  // namespace

void link_worker() noexcept {}

bool worker_is_starting() noexcept { return starting || std::getenv(kWorkerVariable); }

}  // namespace eddy::detail
