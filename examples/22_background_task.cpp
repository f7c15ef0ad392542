// A task beside the main work, which ends with it, however that ends: with(background(…), …).
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> background_task(eddy::Event& third_round) {
  for (int round = 1;; ++round) {
    std::cout << "Background work, round " << round << '\n';
    if (round == 3) third_round.set();
    co_await eddy::sleep(20ms);
  }
}

Task<> async_main() {
  eddy::Event third_round;

  // By hand one would create_task, and then need a cancel_and_wait on every way out, errors included.
  co_await eddy::with(eddy::background(background_task(third_round)), [&]() -> Task<> {
    std::cout << "Main work begins\n";
    co_await third_round.wait();
    std::cout << "Main work ends\n";
  });
  std::cout << "Background work cancelled\n";
}

int main() { eddy::run(async_main()); }
