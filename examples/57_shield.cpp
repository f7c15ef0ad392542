// shield: what must not be interrupted half-way runs to its end; the cancellation takes effect after it.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> commit() {
  std::cout << "commit begins\n";
  co_await eddy::sleep(60ms);
  std::cout << "commit ends\n";
}

Task<> transfer_money() {
  co_await eddy::shield(commit());
  co_await eddy::sleep(1h);  // cancelled here
  std::cout << "never printed\n";
}

Task<> async_main() {
  auto task = eddy::create_task(transfer_money());
  co_await eddy::sleep(20ms);
  std::cout << "cancel\n";
  co_await eddy::cancel_and_wait(task);
  std::cout << std::boolalpha << "cancelled: " << task.cancelled() << '\n';
}

int main() { eddy::run(async_main()); }
