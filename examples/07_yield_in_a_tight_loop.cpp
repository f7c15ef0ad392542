// sleep(0s) gives everybody else a turn: use it in long loops that have nothing to wait for.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> tight_loop(std::string name) {
  for (int item = 1; item <= 3; ++item) {
    std::cout << name << " processes item " << item << '\n';
    co_await eddy::sleep(0s);  // the same as checkpoint()
  }
}

int main() { eddy::run(eddy::gather(tight_loop("a"), tight_loop("b"))); }
