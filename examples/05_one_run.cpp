// An ordinary function over async code: one run() for all of the work, not one for each item.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> process(std::string item) {
  co_await eddy::sleep(50ms);
  co_return item + " processed";
}

// Calling run() for each item would make a loop each time, and wait for the items one after the other.
std::vector<std::string> process_all(const std::vector<std::string>& items) {
  return eddy::run(eddy::gather(items | std::views::transform(process)));
}

int main() {
  for (const std::string& line : process_all({"a", "b", "c"})) std::cout << line << '\n';
}
