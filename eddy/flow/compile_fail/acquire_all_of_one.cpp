// expect: eddy: acquire_all is for several limiters
#include "eddy/flow/acquire_all.h"
#include "eddy/flow/token_bucket.h"

eddy::Task<> work(eddy::TokenBucket& bucket) { auto held = co_await eddy::acquire_all(bucket); }
