// expect: eddy: a number has no unit: write throttle(100ms)
#include "eddy/iter/throttle.h"

auto stage() { return eddy::iter::throttle(10); }
