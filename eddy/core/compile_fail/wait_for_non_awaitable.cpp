// expect: eddy: a timeout's body is an awaitable, or a callable that takes nothing or a Timeout&
#include <chrono>

#include "eddy/eddy.h"

eddy::Task<> work() { co_await eddy::wait_for(5, std::chrono::seconds(1)); }
