// expect: eddy: this is an awaitable, which runs once: pass what makes one
#include "eddy/flow/retry.h"

eddy::Task<int> fetch();

eddy::Task<int> work() { co_return co_await eddy::retry(fetch()); }
