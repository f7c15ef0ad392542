// SPDX-License-Identifier: MIT
#include "eddy/core/promise.h"

#include <cxxabi.h>

#include <typeinfo>

#include "eddy/base/error.h"
#include "eddy/core/error_trail.h"
#include "eddy/core/scope.h"

namespace eddy::detail {

void throw_awaited_twice() {
  throw RuntimeError("this operation was awaited before: each await needs its own, made where it is awaited");
}

void PromiseBase::rethrow() const { std::rethrow_exception(error); }

// A Cancelled that nobody caught is the cancellation itself again, as long as one is really visible here; a stray one
// is an error like any other. Asking for the type costs nothing; a second throw would.
bool caught_visible_cancel() noexcept {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type && *type == typeid(Cancelled) && running.strand && running.strand->cancelled();
}

void PromiseBase::end_with_current_exception() noexcept {
  if (caught_visible_cancel()) {
    parent.set_tag(kUnwinding);
    return;
  }
  const std::source_location last_seen = where;
  new (&error) std::exception_ptr(std::current_exception());
  parent.set_tag(kError);
  note_coroutine(error, last_seen);
}

}  // namespace eddy::detail
