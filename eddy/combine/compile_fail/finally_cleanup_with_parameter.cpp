// expect: eddy: the cleanup is a callable without arguments
#include "eddy/eddy.h"

eddy::Task<> work(eddy::Task<> body) {
  co_await eddy::finally(std::move(body), [](int) {});
}
