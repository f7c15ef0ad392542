// expect: eddy: this function cannot be called with an item: elements of a range given as an lvalue are passed as they
// are
#include <vector>

#include "eddy/flow/map_concurrent.h"

eddy::Task<> touch(int& number);

auto touch_all() { return eddy::map_concurrent(std::vector<int>(5), touch, 10); }
