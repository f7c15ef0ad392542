// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/context.h"

namespace eddy::detail {

/// The context variables of the task that a thread works for.
class BorrowedContext {
 public:
  BorrowedContext() noexcept = default;
  BorrowedContext(const BorrowedContext&) = delete;
  BorrowedContext& operator=(const BorrowedContext&) = delete;
  ~BorrowedContext() { Context::unref(context_); }
  /// Those that are in force here.
  void borrow() noexcept {
    if (const Context* here = current_context_if_any()) context_ = Context::ref(const_cast<Context*>(here));
  }

  /// In the other thread: they are in force while it lives. What is set there stays there.
  class Use {
   public:
    explicit Use(const BorrowedContext& from);
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use();

   private:
    Context*& here_;
    Context* outer_;
  };

 private:
  Context* context_ = nullptr;
};

}  // namespace eddy::detail
