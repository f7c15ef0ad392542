// expect: eddy: map_async needs a function that returns an awaitable
#include <vector>

#include "eddy/iter/map_async.h"

auto pipeline(std::vector<int>& ids) {
  return ids | eddy::iter::map_async([](int id) { return id + 1; }, 3);
}
