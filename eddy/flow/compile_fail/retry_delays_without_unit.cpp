// expect: eddy: a number has no unit: write 100ms, 30s
#include "eddy/flow/retry_policy.h"

eddy::Retry policy() { return eddy::Retry{}.exponential(1, 30); }
