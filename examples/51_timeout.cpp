// timeout: one deadline for several awaits.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <optional>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch(std::string url) {
  co_await eddy::sleep(20ms);
  co_return "page " + url;
}

Task<std::string> process(std::string page, std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  co_return page + ", processed";
}

Task<std::optional<std::string>> fetch_with_timeout(std::chrono::milliseconds takes) {
  try {
    co_return co_await eddy::timeout(500ms, [&]() -> Task<std::string> {
      std::string page = co_await fetch("/index");
      std::cout << page << " is here\n";
      co_return co_await process(page, takes);
    });
  } catch (const eddy::TimeoutError&) {
    std::cout << "Operation timed out\n";
    co_return std::nullopt;
  }
}

Task<> async_main() {
  auto quick = co_await fetch_with_timeout(20ms);
  std::cout << "Result: " << quick.value_or("none") << '\n';
  auto slow = co_await fetch_with_timeout(10s);
  std::cout << "Result: " << slow.value_or("none") << '\n';
}

int main() { eddy::run(async_main()); }
