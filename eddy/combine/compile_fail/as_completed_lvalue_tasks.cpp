// expect: eddy: tasks are awaited once, as rvalues: pass std::move(tasks)
#include <vector>

#include "eddy/eddy.h"

auto results(std::vector<eddy::Task<int>> tasks) { return eddy::as_completed(tasks); }
