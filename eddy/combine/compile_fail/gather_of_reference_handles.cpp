// expect: eddy: gather of a range gives a vector, which cannot hold references
#include <memory>
#include <vector>

#include "eddy/eddy.h"

eddy::Task<> all(std::vector<eddy::TaskHandle<std::unique_ptr<int>>> handles) { co_await eddy::gather(handles); }
