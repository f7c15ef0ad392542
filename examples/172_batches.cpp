// batches: the results of each batch as soon as it is done, so that a failure does not take the earlier ones along.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<int> migrate(int row) {
  co_await eddy::sleep(1ms);
  if (row == 17) throw std::runtime_error("row 17: not a number");
  co_return row;
}

Task<> async_main() {
  auto rows = std::views::iota(1, 31);
  auto results = eddy::batches(rows, migrate, eddy::Batch{}.size(5));
  try {
    while (auto batch = co_await results.next()) {
      std::cout << "saved rows " << batch->front() << " to " << batch->back() << '\n';  // a checkpoint to go on from
    }
  } catch (const std::runtime_error& error) {
    std::cout << "stopped: " << error.what() << '\n';
  }

  // Or none stops it, and each result says how it ended.
  int failed = 0;
  for (auto& row : co_await eddy::process_batch(eddy::return_exceptions, rows, migrate, eddy::Batch{}.size(5))) {
    if (!row) std::cout << "failed: " << row.message() << '\n';
    failed += row ? 0 : 1;
  }
  std::cout << 30 - failed << " of 30 migrated\n";
}

int main() { eddy::run(async_main()); }
