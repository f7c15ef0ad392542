// gather(return_exceptions, …): errors come back as values, so one failure does not spoil the rest.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct ApiError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Task<std::string> fetch(std::string url, bool should_fail) {
  co_await eddy::sleep(30ms);
  if (should_fail) throw ApiError("failed to fetch " + url);
  co_return url + ": success";
}

Task<> async_main() {
  std::vector<Task<std::string>> tasks;
  tasks.push_back(fetch("url1", false));
  tasks.push_back(fetch("url2", true));
  tasks.push_back(fetch("url3", false));
  auto results = co_await eddy::gather(eddy::return_exceptions, std::move(tasks));

  for (const auto& result : results) {
    if (result) {
      std::cout << "ok     " << *result << '\n';
    } else if (result.error_as<ApiError>()) {
      std::cout << "api    " << result.message() << '\n';
    } else {
      std::cout << "other  " << result.message() << '\n';
    }
  }

  std::vector<std::string> pages;
  for (const auto& result : results) pages.push_back(result.value_or("(no page)"));
  std::cout << "with a fallback: " << pages[1] << '\n';
}

int main() { eddy::run(async_main()); }
