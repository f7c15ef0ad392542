// expect: eddy: the body of run_service takes the service
#include "eddy/eddy.h"

auto serve() {
  return eddy::run_service([]() -> eddy::Task<> { co_return; });
}
