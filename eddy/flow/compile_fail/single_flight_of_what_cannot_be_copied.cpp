// expect: eddy: every caller of a SingleFlight gets a copy
#include <memory>

#include "eddy/eddy.h"

eddy::SingleFlight<int, std::unique_ptr<int>> flight;
