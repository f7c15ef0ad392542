// Fire and forget is safe: the loop holds every task, and an error nobody asked for is reported.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> background_job(std::string name, std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  std::cout << name << " done\n";
}

Task<> failing_job() {
  co_await eddy::sleep(20ms);
  throw std::runtime_error("disk full");
}

Task<std::string> async_main() {
  // The default prints to stderr.
  eddy::get_running_loop().set_exception_handler([](eddy::Loop&, const eddy::ErrorContext& context) {
    std::cout << context.message << ": " << eddy::describe(context.exception) << '\n';
  });

  eddy::create_task(background_job, "mail", 20ms);  // no handle kept: it runs all the same
  eddy::create_task(failing_job()).set_name("backup");
  co_await eddy::sleep(60ms);

  eddy::create_task(background_job, "slow job", 1h);  // cancelled when the program ends
  auto last = eddy::create_task(background_job, "last job", 20ms);
  co_await last;  // to see it through, await it before the end
  co_return "end of main";
}

int main() { std::cout << eddy::run(async_main()) << '\n'; }
