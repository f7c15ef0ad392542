// run() inside a running loop is an error that says what to do: co_await instead.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> some_async_function() {
  co_await eddy::sleep(10ms);
  co_return "result";
}

Task<std::string> bad_function() { co_return eddy::run(some_async_function()); }

Task<std::string> good_function() { co_return co_await some_async_function(); }

Task<> async_main() {
  try {
    std::cout << co_await bad_function() << '\n';
  } catch (const eddy::RuntimeError& error) {
    std::cout << error.what() << '\n';
  }
  std::cout << co_await good_function() << '\n';
}

int main() { eddy::run(async_main()); }
