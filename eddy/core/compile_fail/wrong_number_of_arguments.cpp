// expect: eddy: the function takes another number of arguments than were given
#include "eddy/core/create_task.h"

eddy::Task<> work(int, int) { co_return; }

void spawn() { eddy::create_task(work, 1); }
