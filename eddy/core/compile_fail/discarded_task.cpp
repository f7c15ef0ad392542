// expect: a Task does nothing until it is awaited: co_await it, or pass it to create_task
#include "eddy/core/task.h"
#pragma GCC diagnostic error "-Wunused-result"

eddy::Task<> work() { co_return; }

void forgets() { work(); }
