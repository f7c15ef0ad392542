// expect: eddy: this function is a coroutine: threads run plain functions
#include "eddy/threads/to_thread.h"

eddy::Task<int> number() { co_return 1; }

eddy::Task<> wrong() { co_await eddy::to_thread(number); }
