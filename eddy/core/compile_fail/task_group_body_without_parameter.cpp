// expect: eddy: the body of a task_group takes the group
#include "eddy/eddy.h"

eddy::Task<> work() {
  co_await eddy::task_group([]() -> eddy::Task<> { co_return; });
}
