// expect: eddy: this object has no aenter(), aexit() or aclose(), so that `with` would do nothing with it
#include "eddy/combine/with.h"

struct Lock {};

eddy::Task<> work(Lock& lock) {
  co_await eddy::with(lock, [] {});
}
