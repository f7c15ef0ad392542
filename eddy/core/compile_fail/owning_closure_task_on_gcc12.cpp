// expect: eddy: GCC 12 destroys a closure that owns something twice
#include <memory>

#include "eddy/eddy.h"

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
eddy::Task<> work(std::shared_ptr<int> p) {
  auto fine = eddy::create_task([p]() -> eddy::Task<> { co_return; });
  co_await fine;
  co_await eddy::create_task([p]() -> eddy::Task<> { co_return; });  // shapes: ok — must not compile
}
#else
#error eddy: GCC 12 destroys a closure that owns something twice: only there is anything to refuse
#endif
