// expect: eddy: a task's callable, arguments and result may be aligned to 16 bytes at most
#include "eddy/core/create_task.h"

struct alignas(64) Line {
  char bytes[64];
};

eddy::Task<> use(Line) { co_return; }
eddy::Task<> work() {
  eddy::create_task(use, Line());
  co_return;
}
