// Async comprehensions: collect, map, filter, take, and map_async, which keeps several in flight.
// SPDX-License-Identifier: MIT
#include <cctype>
#include <iostream>
#include <ranges>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;
namespace it = eddy::iter;

eddy::AsyncGenerator<std::string> lines() {
  for (const char* line : {"  alpha", "", "beta  ", "   "}) {
    co_await eddy::sleep(5ms);
    co_yield std::string(line);
  }
}

std::string strip(std::string text) {
  std::erase_if(text, [](unsigned char c) { return std::isspace(c); });
  return text;
}

bool non_empty(const std::string& text) { return !text.empty(); }

Task<std::string> fetch_user(int id) {
  co_await eddy::sleep(10ms);
  co_return "user" + std::to_string(id);
}

Task<> async_main() {
  // [strip(l) async for l in lines() if strip(l)]
  auto words = co_await it::collect(lines() | it::map(strip) | it::filter(non_empty));
  for (const std::string& word : words) std::cout << word << '\n';

  // At most three requests in flight; the results keep the order of the input; asks for no more than are taken.
  auto users = co_await it::collect(std::views::iota(1, 1000) | it::map_async(fetch_user, 3) | it::take(4));
  for (const std::string& user : users) std::cout << user << '\n';
}

int main() { eddy::run(async_main()); }
