// expect: eddy: a number has no unit: write interval(1s)
#include "eddy/time/interval.h"

eddy::Interval ticks() { return eddy::interval(1); }
