// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/place.h"

#include "eddy/core/promise.h"
#include "eddy/core/watched_dispatch.h"

namespace eddy::debug::detail {

using eddy::detail::Cont;
using eddy::detail::Op;
using eddy::detail::PromiseBase;
using eddy::detail::Strand;

namespace {

const PromiseBase* next_coroutine(Cont at) noexcept {
  while (at && at.is_receiver()) at = at.receiver()->continuation().untagged();
  return at ? at.coroutine() : nullptr;
}

Cont above_leaf(const Strand& strand) noexcept {
  const Op* leaf = strand.leaf();
  return leaf ? leaf->continuation().untagged() : Cont();
}

}  // namespace

std::optional<std::source_location> innermost_await(const Strand& strand) noexcept {
  const std::source_location where = eddy::detail::innermost_await(above_leaf(strand));
  return where.line() > 0 ? std::optional(where) : std::nullopt;
}

std::optional<std::source_location> outermost_await(const Strand& strand) noexcept {
  const PromiseBase* last = next_coroutine(above_leaf(strand));
  if (!last) return std::nullopt;
  while (const PromiseBase* next = next_coroutine(last->parent.untagged())) last = next;
  return last->where;
}

}  // namespace eddy::debug::detail
