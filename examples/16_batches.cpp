// Work through a long list in batches: never more tasks at a time than one batch has.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <numeric>
#include <ranges>
#include <span>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<int> process(int item) {
  co_await eddy::sleep(10ms);
  co_return item* item;
}

Task<std::vector<int>> process_all(std::vector<int> items, std::size_t batch_size) {
  std::vector<int> results;
  for (std::size_t i = 0; i < items.size(); i += batch_size) {
    auto batch = std::span(items).subspan(i, std::min(batch_size, items.size() - i));
    std::cout << "batch of " << batch.size() << '\n';
    auto done = co_await eddy::gather(batch | std::views::transform(process));
    results.insert(results.end(), done.begin(), done.end());
  }
  co_return results;
}

Task<> async_main() {
  std::vector<int> items(250);
  std::iota(items.begin(), items.end(), 1);
  auto results = co_await process_all(std::move(items), 100);
  std::cout << results.size() << " results, the last is " << results.back() << '\n';
}

int main() { eddy::run(async_main()); }
