// map_concurrent: ten thousand items, a hundred calls at a time, and no task for each item.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Load {
  int now = 0;
  int highest = 0;
};

Task<std::size_t> process(const std::string& item, Load& load) {
  load.highest = std::max(load.highest, ++load.now);
  co_await eddy::sleep(1ms);
  --load.now;
  co_return item.size();
}

Task<> async_main() {
  std::vector<std::string> items;
  for (int i = 0; i < 10'000; ++i) items.push_back("item " + std::to_string(i));

  Load load;
  auto sizes = co_await eddy::map_concurrent(items, [&](const std::string& item) { return process(item, load); }, 100);

  std::cout << sizes.size() << " results in the order of the items, " << std::accumulate(sizes.begin(), sizes.end(), 0U)
            << " characters\n";
  std::cout << "never more than " << load.highest << " at a time\n";
}

int main() { eddy::run(async_main()); }
