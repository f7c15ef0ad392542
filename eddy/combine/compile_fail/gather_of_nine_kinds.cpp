// expect: eddy: gather takes up to eight awaitables of different kinds
#include <chrono>

#include "eddy/eddy.h"

eddy::Task<> all() {
  auto nap = eddy::sleep(std::chrono::seconds(1));
  co_await eddy::gather(eddy::checkpoint(), eddy::checkpoint(), eddy::checkpoint(), eddy::checkpoint(),
                        eddy::checkpoint(), eddy::checkpoint(), eddy::checkpoint(), eddy::checkpoint(), std::move(nap));
}
