// expect: eddy: the body of `with` takes a reference to what each resource gives, left to right
#include "eddy/combine/with.h"

struct Pool {};
struct Cache {};

eddy::Task<> work() {
  co_await eddy::with(Pool(), [](Cache&) {});
}
