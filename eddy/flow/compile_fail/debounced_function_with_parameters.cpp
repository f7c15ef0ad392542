// expect: eddy: Debounced(quiet, f) calls f without arguments
#include "eddy/eddy.h"

using namespace std::chrono_literals;

eddy::Debounced make() {
  return eddy::Debounced(1s, [](int n) { return n; });
}
