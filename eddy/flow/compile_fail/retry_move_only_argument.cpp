// expect: eddy: it is called again and again with the arguments that are kept for it: they must be copyable
#include <memory>

#include "eddy/flow/retry.h"

eddy::Task<int> send(std::unique_ptr<int> message);

eddy::Task<int> work() { co_return co_await eddy::retry(eddy::Retry(), send, std::make_unique<int>(1)); }
