// A timeout that is moved while its body runs: more time, because there was progress.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> download() {
  co_return co_await eddy::timeout(200ms, [](eddy::Timeout& limit) -> Task<std::string> {
    co_await eddy::sleep(20ms);  // the first part has come: the connection is alive

    limit.reschedule(eddy::now() + 10s);

    co_await eddy::sleep(230ms);  // would have timed out
    co_return "Completed with extended timeout";
  });
}

int main() { std::cout << eddy::run(download()) << '\n'; }
