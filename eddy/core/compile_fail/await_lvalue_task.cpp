// expect: eddy: a Task is awaited once, as an rvalue: co_await std::move(task)
#include "eddy/core/task.h"

eddy::Task<int> number() { co_return 1; }

eddy::Task<> twice() {
  eddy::Task<int> task = number();
  co_await task;
}
