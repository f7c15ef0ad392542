// A supervisor: starts one service after the other, restarts those that die, and ends all of them on SIGTERM.
// SPDX-License-Identifier: MIT
#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Service {
  std::string name;
  std::string line;  // for the shell; the first thing it prints says that it is ready
};

Task<> supervise(eddy::Started<> ready, const Service& service) {
  bool first_time = true;
  auto pause = 1ms;
  for (int attempt = 1;; ++attempt) {
    auto command = eddy::Command::shell(service.line).env("ATTEMPT", std::to_string(attempt)).pipe_stdout();
    co_await eddy::with(eddy::create_subprocess_exec(command), [&](eddy::Process& process) -> Task<> {
      const std::string said = co_await process.stdout().read_line();
      if (!said.empty()) std::cout << service.name << ": " << said;
      if (!said.empty() && std::exchange(first_time, false)) co_await ready();
      const int code = co_await process.wait();
      std::cout << service.name << " ended with " << code << '\n';
    });  // cancelled in there, the process gets SIGTERM, and SIGKILL if it does not go
    co_await eddy::sleep(pause);
    pause *= 2;
  }
}

Task<> async_main() {
  const Service database{"database", "echo ready; exec sleep 1000"};
  const Service flaky{"server", "test $ATTEMPT -gt 2 || exit $ATTEMPT; echo ready at last; exec sleep 1000"};
  eddy::Signals signals(SIGTERM, SIGHUP);

  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    co_await tg.start(supervise, database);
    co_await tg.start(supervise, flaky);
    std::raise(SIGTERM);  // stands for `kill PID`
    const int signo = co_await signals.next();
    std::cout << (signo == SIGTERM ? "SIGTERM" : "another signal") << ": stopping\n";
    tg.cancel();
  });
  std::cout << "all stopped\n";
}

int main() { eddy::run(async_main()); }
