// Testing by hand: run() makes any coroutine an ordinary test. (With GoogleTest and a virtual clock: EDDY_TEST.)
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch_data(std::string url) {
  co_await eddy::sleep(10ms);
  if (url.empty()) throw std::invalid_argument("no url");
  co_return "expected";
}

bool test_fetch() {
  return eddy::run([]() -> Task<bool> {
    std::string result = co_await fetch_data("https://api.example.com");
    co_return result == "expected";
  });
}

bool test_fetch_fails() {
  auto outcome = eddy::run(eddy::outcome(fetch_data("")));
  return outcome.error_as<std::invalid_argument>() != nullptr;
}

int main() {
  std::cout << "fetch: " << (test_fetch() ? "ok" : "FAILED") << '\n';
  std::cout << "fetch fails: " << (test_fetch_fails() ? "ok" : "FAILED") << '\n';
}
