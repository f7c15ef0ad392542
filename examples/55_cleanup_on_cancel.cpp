// Clean up when cancelled, with awaits: Python's `except CancelledError: await cleanup(); raise`.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> cleanup() {
  co_await eddy::sleep(20ms);  // is not itself cancelled
  std::cout << "cleaned up\n";
}

Task<> loop_forever() {
  for (;;) co_await eddy::sleep(1s);
}

// The short form.
Task<> operation() {
  co_await eddy::on_cancel(loop_forever(), [] { return cleanup(); });
}

// The long form: look at the outcome, and decide.
Task<> operation_by_hand() {
  auto outcome = co_await eddy::outcome(loop_forever());
  if (outcome.cancelled()) {
    std::cout << "being cancelled\n";
    co_await eddy::shield(cleanup());
    co_await eddy::checkpoint();  // ends here: nobody can swallow a cancellation
    std::cout << "never printed\n";
  }
}

Task<> async_main() {
  auto task = eddy::create_task(operation());
  co_await eddy::sleep(20ms);
  co_await eddy::cancel_and_wait(task);
  std::cout << "operation cancelled\n";

  auto by_hand = eddy::create_task(operation_by_hand());
  co_await eddy::sleep(20ms);
  co_await eddy::cancel_and_wait(by_hand);
  std::cout << "operation by hand cancelled\n";
}

int main() { eddy::run(async_main()); }
