// Hello: a coroutine, a sleep that blocks nobody, and run(), which drives them.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> say_hello() {
  std::cout << "Hello\n";
  co_await eddy::sleep(50ms);
  std::cout << "World\n";
}

int main() { eddy::run(say_hello()); }
