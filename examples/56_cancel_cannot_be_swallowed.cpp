// A cancellation is no exception here: catch (...) does not stop it, destructors run, the task ends.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Connection {
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { std::cout << "connection closed\n"; }
};

// In Python, an `except:` around the await makes such a task immortal.
Task<> stubborn_worker() {
  Connection connection;
  for (;;) {
    try {
      co_await eddy::sleep(1s);
    } catch (...) {
      std::cout << "never printed\n";
    }
  }
}

Task<> async_main() {
  auto task = eddy::create_task(stubborn_worker());
  co_await eddy::sleep(20ms);
  co_await eddy::cancel_and_wait(task);
  std::cout << std::boolalpha << "cancelled: " << task.cancelled() << '\n';
}

int main() { eddy::run(async_main()); }
