// expect: eddy: cached(f) needs an f with one signature
#include "eddy/eddy.h"

auto make() {
  return eddy::cached([](auto key) -> eddy::Task<int> { co_return key; });
}
