// expect: eddy: threads take a function and its arguments
#include "eddy/threads/to_thread.h"

int twice(int n) { return 2 * n; }

eddy::Task<int> wrong() { co_return co_await eddy::to_thread(twice(21)); }
