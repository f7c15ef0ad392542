// expect: eddy: this object cannot be moved into `with`: give it a name and pass it by its name
#include "eddy/combine/scope.h"
#include "eddy/combine/with.h"

struct Client {
  eddy::Task<> aclose() { co_await tasks.close(); }
  eddy::Scope tasks;
};

eddy::Task<> work() {
  co_await eddy::with(Client(), [](Client&) {});
}
