// expect: eddy: what a callback returns goes nowhere
#include "eddy/core/loop.h"
#include "eddy/core/task.h"

eddy::Task<> save();

void wrong(eddy::Loop& loop) {
  loop.call_soon([] { return save(); });
}
