// A forgotten co_await: the compiler warns about the plain call, debug mode about a Task that was kept and dropped.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch_data() {
  co_await eddy::sleep(10ms);
  co_return "data";
}

void print_diagnosis(eddy::Loop&, const eddy::ErrorContext& context) {
  std::cerr << context.message << '\n';  // names the coroutine, with file and line
  bool found = context.kind == eddy::ErrorKind::never_awaited;
  std::cout << "debug mode: " << (found ? "a coroutine was never awaited" : "something else") << '\n';
}

Task<> async_main() {
  eddy::get_running_loop().set_exception_handler(print_diagnosis);

  // Wrong. (`fetch_data();` alone does not pass the compiler: a Task does nothing until it is awaited.)
  {
    auto forgotten = fetch_data();
  }

  // Right.
  std::string data = co_await fetch_data();
  std::cout << data << '\n';

  // Right: a list of coroutines is no list of results before it is gathered.
  std::vector<Task<std::string>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(fetch_data());
  auto results = co_await eddy::gather(std::move(tasks));
  std::cout << results.size() << " results\n";
}

int main() { eddy::run(async_main(), eddy::RunOptions{}.debug(true)); }
