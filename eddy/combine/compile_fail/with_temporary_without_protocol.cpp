// expect: eddy: this object has no aenter(), aexit() or aclose(), so that `with` would do nothing with it
#include "eddy/combine/with.h"

struct Client {
  eddy::Task<> aClose() { co_return; }
};

eddy::Task<> work() {
  co_await eddy::with(Client(), [](Client&) {});
}
