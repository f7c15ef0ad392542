// expect: eddy: this is not awaitable: pass a Task, a TaskHandle or one of eddy's operations
#include "eddy/eddy.h"

eddy::Task<> work() { co_await eddy::shield(5); }
