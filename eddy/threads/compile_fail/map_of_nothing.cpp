// expect: eddy: map needs a function that returns something: see parallel_for
#include <vector>

#include "eddy/threads/thread_pool.h"

void consume(int) {}

eddy::Task<> wrong(eddy::ThreadPool& pool, std::vector<int>& items) { co_await pool.map(items, consume); }
