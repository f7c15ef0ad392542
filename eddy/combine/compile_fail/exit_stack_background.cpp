// expect: eddy: background() needs a body: with(background(…), body)
#include "eddy/combine/exit_stack.h"

eddy::Task<> work(eddy::ExitStack& stack, eddy::Task<> monitor) {
  co_await stack.enter(eddy::background(std::move(monitor)));
}
