// expect: eddy: a Task is awaited once, as an rvalue: pass std::move(task)
#include "eddy/eddy.h"

eddy::Task<> both(eddy::Task<int> a, eddy::Task<int> b) { co_await eddy::gather(a, b); }
