// expect: eddy: every(period, f) calls f without arguments
#include "eddy/eddy.h"

using namespace std::chrono_literals;

auto job() {
  return eddy::every(1s, [](int n) { return n; });
}
