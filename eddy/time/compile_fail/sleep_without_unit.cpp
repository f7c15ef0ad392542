// expect: eddy: a number has no unit: write sleep(1s), or sleep(500ms)
#include "eddy/core/task.h"
#include "eddy/time/sleep.h"

eddy::Task<> work() { co_await eddy::sleep(0.5); }
