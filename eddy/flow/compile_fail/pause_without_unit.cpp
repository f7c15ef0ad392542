// expect: eddy: a number has no unit: write pause(5s)
#include "eddy/flow/batch.h"

eddy::Batch batch() { return eddy::Batch{}.size(10).pause(5); }
