// Each task of a group with a timeout of its own: the slow one gives up, the others go on.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch(std::string url) {
  co_await eddy::sleep(100ms);
  co_return "Fetched " + url;
}

Task<std::optional<std::string>> fetch_one(std::string url, std::chrono::milliseconds limit) {
  co_return co_await eddy::try_for(fetch(url), limit);
}

Task<> async_main() {
  auto tasks = co_await eddy::task_group([](eddy::TaskGroup& tg) {
    return std::vector{
        tg.create_task(fetch_one, "url1", 10s),
        tg.create_task(fetch_one, "url2", 40ms),  // will time out
        tg.create_task(fetch_one, "url3", 10s),
    };
  });
  for (auto& task : tasks) std::cout << task.result().value_or("nothing") << '\n';
}

int main() { eddy::run(async_main()); }
