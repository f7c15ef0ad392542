// expect: eddy: a Task is started once, as an rvalue: pass std::move(task)
#include "eddy/core/create_task.h"

eddy::Task<> work() { co_return; }

void spawn() {
  eddy::Task<> task = work();
  eddy::create_task(task);
}
