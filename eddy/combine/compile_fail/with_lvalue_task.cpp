// expect: eddy: a Task is awaited once, as an rvalue: with(std::move(task), body)
#include "eddy/combine/with.h"

eddy::Task<> work(eddy::Task<int> opening) {
  co_await eddy::with(opening, [](int&) {});
}
