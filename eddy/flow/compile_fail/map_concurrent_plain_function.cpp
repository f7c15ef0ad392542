// expect: eddy: calls run side by side only if the function returns an awaitable, such as a Task
#include <vector>

#include "eddy/flow/map_concurrent.h"

auto squares(std::vector<int>& numbers) {
  return eddy::map_concurrent(numbers, [](int n) { return n * n; }, 10);
}
