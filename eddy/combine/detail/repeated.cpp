// SPDX-License-Identifier: MIT
#include "eddy/combine/detail/repeated.h"

#include <algorithm>
#include <numeric>

namespace eddy::detail {

std::vector<bool> repeated(const std::vector<AnyTask>& tasks) {
  std::vector<std::size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&tasks](std::size_t a, std::size_t b) { return tasks[a] == tasks[b] ? a < b : tasks[a] < tasks[b]; });
  std::vector<bool> again(tasks.size());
  for (std::size_t i = 1; i < order.size(); ++i) again[order[i]] = tasks[order[i]] == tasks[order[i - 1]];
  return again;
}

}  // namespace eddy::detail
