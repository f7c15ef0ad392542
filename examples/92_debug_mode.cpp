// Debug mode (EDDY_DEBUG=1, or RunOptions) finds what blocks the loop; errors in callbacks are always reported.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Reports {
  bool slow = false;
  bool callback_failed = false;
};
Reports reports;

// The default prints to stderr; a service would send this to its log.
void on_error(eddy::Loop&, const eddy::ErrorContext& context) {
  std::cerr << context.message << '\n';
  if (context.kind == eddy::ErrorKind::slow_callback) reports.slow = true;
  if (context.kind == eddy::ErrorKind::error) reports.callback_failed = true;
}

Task<> async_main() {
  eddy::get_running_loop().set_exception_handler(on_error);

  std::this_thread::sleep_for(120ms);  // wrong: everything stands still
  co_await eddy::checkpoint();
  std::cout << std::boolalpha << "slow task reported: " << reports.slow << '\n';

  eddy::get_running_loop().call_soon([] { throw std::runtime_error("callback failed"); });
  co_await eddy::sleep(10ms);
  std::cout << "error in a callback reported: " << reports.callback_failed << '\n';
}

int main() { eddy::run(async_main(), eddy::RunOptions{}.debug(true).slow_callback(50ms)); }
