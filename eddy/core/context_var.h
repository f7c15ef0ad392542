// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <utility>

#include "eddy/core/context.h"

namespace eddy {

/// A variable with one value per task, such as the id of the request being served.
///
/// A child task starts with its parent's values; what it sets is seen by itself and the children it starts later, never
/// by its parent. The branches of a `gather` share their task's values. The variable itself must outlive its uses:
/// make it global or static. Outside of tasks a thread has values of its own, which `run` hands to its main task.
template <class T>
class ContextVar {
 public:
  explicit ContextVar(T initial = T{}) : initial_(std::move(initial)) {}
  ContextVar(const ContextVar&) = delete;
  ContextVar& operator=(const ContextVar&) = delete;

  const T& get() const {
    const detail::Context::Value* found = detail::Context::find(detail::current_context_if_any(), this);
    return found ? static_cast<const Holder*>(found)->value : initial_;
  }

  void set(T value) {
    detail::Context*& context = detail::current_context();
    context = detail::Context::bind(context, this, make_owned<Holder>(std::move(value)));
  }

 private:
  struct Holder final : detail::Context::Value {
    explicit Holder(T v) : value(std::move(v)) {}
    T value;
  };
  T initial_;
};

}  // namespace eddy
