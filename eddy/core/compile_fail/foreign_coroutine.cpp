// expect: eddy: this awaitable works in eddy's own coroutines only
#include <chrono>
#include <coroutine>

#include "eddy/eddy.h"

struct Foreign {
  struct promise_type {
    Foreign get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

Foreign nap() { co_await eddy::sleep(std::chrono::seconds(1)); }
