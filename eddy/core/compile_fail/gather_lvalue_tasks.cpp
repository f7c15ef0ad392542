// expect: eddy: tasks are awaited once, as rvalues: pass std::move(tasks)
#include <vector>

#include "eddy/eddy.h"

eddy::Task<> all(std::vector<eddy::Task<int>> tasks) { co_await eddy::gather(tasks); }
