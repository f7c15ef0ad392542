// A group failed, but some of its tasks had succeeded: keep what they gave.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct ValueError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Task<std::string> fetch_url(std::string url) {
  if (url == "/slow") co_await eddy::sleep(1h);
  if (url == "/error") co_await eddy::sleep(40ms);
  if (url == "/error") throw ValueError("failed to fetch " + url);
  co_return "content of " + url;
}

Task<std::vector<std::optional<std::string>>> fetch_with_error_handling(std::vector<std::string> urls) {
  std::vector<eddy::TaskHandle<std::string>> tasks;  // outside, so that it is still there after a failure
  try {
    co_await eddy::task_group([&](eddy::TaskGroup& tg) { tasks = tg.create_tasks(fetch_url, urls); });
  } catch (eddy::ExceptionGroup& group) {
    group.handle<ValueError>([](const ValueError& error) { std::cout << "Fetch error: " << error.what() << '\n'; })
        .rethrow_unhandled();
  }
  std::vector<std::optional<std::string>> results;
  for (auto& task : tasks) {
    bool succeeded = !task.cancelled() && !task.exception();
    results.push_back(succeeded ? std::optional(task.result()) : std::nullopt);
  }
  co_return results;
}

Task<> async_main() {
  std::vector<std::string> urls{"/1", "/2", "/error", "/slow"};
  auto results = co_await fetch_with_error_handling(urls);
  for (const auto& result : results) std::cout << result.value_or("nothing") << '\n';
}

int main() { eddy::run(async_main()); }
