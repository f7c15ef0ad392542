// expect: eddy: create_task(f, args...) needs an f that returns an awaitable, such as eddy::Task<T>
#include "eddy/core/create_task.h"

int add(int a, int b) { return a + b; }

void spawn() { eddy::create_task(add, 1, 2); }
