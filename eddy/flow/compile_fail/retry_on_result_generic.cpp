// expect: eddy: this callback takes what it is about
#include "eddy/flow/retry.h"

eddy::Retry policy() {
  return eddy::Retry{}.on_result([](const auto&) { return true; });
}
