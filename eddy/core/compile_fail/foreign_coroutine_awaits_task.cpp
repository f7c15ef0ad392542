// expect: eddy: a Task can be awaited in eddy's own coroutines only
#include <coroutine>

#include "eddy/core/task.h"

struct Foreign {
  struct promise_type {
    Foreign get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

eddy::Task<> work() { co_return; }

Foreign wrong() { co_await work(); }
