// expect: eddy: map_async's function is called with an item that its task keeps: take it by value or const&
#include <vector>

#include "eddy/core/task.h"
#include "eddy/iter/map_async.h"

eddy::Task<> touch(int& id);

auto pipeline(std::vector<int>& ids) { return ids | eddy::iter::map_async(touch, 3); }
