// expect: eddy: results are kept in a vector, which cannot hold references: return a pointer
#include <vector>

#include "eddy/flow/map_concurrent.h"

eddy::Task<int&> same(int& number);

auto all(std::vector<int>& numbers) { return eddy::map_concurrent(numbers, same, 10); }
