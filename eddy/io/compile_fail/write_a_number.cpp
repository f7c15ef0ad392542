// expect: eddy: Stream::write takes bytes
#include "eddy/io/stream.h"

eddy::Task<> wrong(eddy::Stream& stream) { co_await stream.write("n = ", 42); }
