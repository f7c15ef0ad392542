// expect: eddy: a number has no unit: write ttl(60s)
#include "eddy/flow/cache.h"

eddy::CacheOptions options() { return eddy::CacheOptions{}.ttl(60); }
