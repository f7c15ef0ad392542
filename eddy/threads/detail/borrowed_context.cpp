// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/borrowed_context.h"

#include <utility>

namespace eddy::detail {

BorrowedContext::Use::Use(const BorrowedContext& from)
    : here_(current_context()), outer_(std::exchange(here_, Context::ref(from.context_))) {}

BorrowedContext::Use::~Use() { Context::unref(std::exchange(here_, outer_)); }

}  // namespace eddy::detail
