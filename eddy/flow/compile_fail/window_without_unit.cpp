// expect: eddy: a number has no unit: write {100, 60s}
#include "eddy/flow/sliding_window.h"

eddy::SlidingWindow window(100, 60);
