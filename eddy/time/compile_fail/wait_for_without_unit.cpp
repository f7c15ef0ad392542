// expect: eddy: a number has no unit: write 5s, or 500ms
#include "eddy/core/task.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

eddy::Task<> work() { co_await eddy::wait_for(eddy::checkpoint(), 5); }
