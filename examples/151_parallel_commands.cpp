// Many commands, so many at a time, each with a time limit; the results in the order of the commands.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> attempt(const eddy::Command& command, eddy::Duration limit) {
  try {
    auto done = co_await eddy::wait_for(eddy::run_command(command), limit);
    co_return done.check().out;
  } catch (const eddy::TimeoutError&) {
    co_return "took too long\n";  // it was ended before we came here
  } catch (const eddy::CalledProcessError& error) {
    co_return error.what() + std::string("\n");
  } catch (const std::system_error& error) {
    co_return error.code() == std::errc::no_such_file_or_directory ? "no such program\n" : "cannot be started\n";
  }
}

Task<> async_main() {
  std::vector<eddy::Command> commands;
  for (const char* text : {"one", "two", "three"}) commands.emplace_back("echo", text);
  commands.emplace_back("eddy-no-such-program");
  commands.push_back(eddy::Command::shell("echo 'disk full' >&2; exit 3"));
  commands.emplace_back("sleep", "1000");

  std::vector<std::string> results(commands.size());
  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    tg.limit(3);
    for (std::size_t i = 0; i != commands.size(); ++i) {
      const auto limit = commands[i].to_string() == "sleep 1000" ? eddy::Duration(5ms) : eddy::Duration(1min);
      tg.create_task([&, i, limit]() -> Task<> { results[i] = co_await attempt(commands[i], limit); });
    }
    co_return;
  });
  for (std::size_t i = 0; i != commands.size(); ++i) std::cout << commands[i].to_string() << " -> " << results[i];
}

int main() { eddy::run(async_main()); }
