// expect: eddy: wait takes task handles, since it leaves tasks running: start them with create_task first
#include <vector>

#include "eddy/eddy.h"

eddy::Task<> work(std::vector<eddy::Task<>> tasks) { co_await eddy::wait(tasks); }
