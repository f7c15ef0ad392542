// expect: eddy: a number has no unit: write every(1s, f)
#include "eddy/core/task.h"
#include "eddy/flow/every.h"

eddy::Task<> work() {
  co_await eddy::every(1, [] {});
}
