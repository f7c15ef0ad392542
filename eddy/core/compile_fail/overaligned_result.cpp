// expect: eddy: a Task's result may be aligned to 16 bytes at most: return it by unique_ptr
#include "eddy/core/task.h"

struct alignas(64) Line {
  char bytes[64];
};

eddy::Task<Line> line() { co_return Line(); }
