// gather without return_exceptions: the first error cancels the others, waits for them, and is thrown.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct ApiError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Task<> fetch(std::string url, std::chrono::milliseconds takes, bool should_fail = false) {
  co_await eddy::sleep(takes);
  if (should_fail) throw ApiError("failed to fetch " + url);
  std::cout << url << " fetched\n";
}

Task<> async_main() {
  try {
    co_await eddy::gather(fetch("url1", 20ms), fetch("url2", 60ms, true), fetch("url3", 10min));
  } catch (const ApiError& error) {
    // url3 is not running somewhere: it was cancelled, and has ended.
    std::cout << "Failed: " << error.what() << '\n';
  }
}

int main() { eddy::run(async_main()); }
