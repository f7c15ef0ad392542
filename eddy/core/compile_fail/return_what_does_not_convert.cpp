// expect: return_value
#include <string>

#include "eddy/core/task.h"

eddy::Task<std::string> text() { co_return 5.0; }
