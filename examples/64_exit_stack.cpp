// ExitStack: as many context managers as the data asks for, closed in reverse order.
// SPDX-License-Identifier: MIT
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

eddy::ContextManager<std::string> opened(std::string name) {
  co_await eddy::sleep(5ms);
  std::cout << "open " << name << '\n';
  co_yield name;
  std::cout << "close " << name << '\n';
}

Task<> merge(std::vector<std::string> names) {
  eddy::ExitStack stack;
  co_await eddy::with(stack, [&]() -> Task<> {
    std::size_t bytes = 0;
    for (const std::string& name : names) {
      auto& file = co_await stack.enter(opened(name));
      bytes += file.size();
    }
    std::cout << "merging " << names.size() << " files, " << bytes << " bytes\n";
  });
}

Task<> async_main() {
  std::vector<std::string> names{"a.log", "b.log", "c.log"};
  co_await merge(names);
}

int main() { eddy::run(async_main()); }
