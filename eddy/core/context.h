// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>

#include "eddy/base/owned.h"

namespace eddy::detail {

/// The values of context variables, as an immutable list: a child shares its parent's, setting one prepends a binding.
///
/// Reference-counted; a list may be read by the threads that work for a task. The count is atomic (by builtins: no
/// <atomic> in a header that every program includes); a binding that only one list refers to is its owner's alone.
struct Context {
  struct Value {
    virtual ~Value() = default;
  };

  const void* key;
  Owned<Value> value;
  Context* rest;
  std::uint32_t refs = 1;

  static Context* ref(Context* context) noexcept {
    if (context) __atomic_add_fetch(&context->refs, 1, __ATOMIC_RELAXED);
    return context;
  }
  static void unref(Context* context) noexcept {
    while (context && __atomic_sub_fetch(&context->refs, 1, __ATOMIC_ACQ_REL) == 0) {
      delete std::exchange(context, context->rest);
    }
  }
  static const Value* find(const Context* context, const void* key) noexcept {
    for (; context; context = context->rest) {
      if (context->key == key) return context->value.get();
    }
    return nullptr;
  }
  /// Takes over one reference of `rest`; bindings it hides are dropped where nobody else sees them.
  static Context* bind(Context* rest, const void* key, Owned<Value> value);
};

/// The current task's (or, outside of tasks, this thread's) values.
Context*& current_context();
const Context* current_context_if_any() noexcept;

}  // namespace eddy::detail
