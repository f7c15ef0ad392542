// expect: eddy: a view into a worker process is of no use here
#include <string_view>
#include <vector>

#include "eddy/threads/process_pool.h"

std::vector<std::string_view> words() { return {"a", "b"}; }

eddy::Task<> wrong(eddy::ProcessPool& pool) { co_await pool.run(words); }
