// expect: eddy: GCC 12 destroys a closure that owns something twice
#include <chrono>
#include <memory>

#include "eddy/eddy.h"

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
eddy::Task<> work(std::unique_ptr<int> p) {
  co_await eddy::timeout(std::chrono::seconds(1),
                         [p = std::move(p)] { return eddy::checkpoint(); });  // shapes: ok — must not compile
}
#else
#error eddy: GCC 12 destroys a closure that owns something twice: only there is anything to refuse
#endif
