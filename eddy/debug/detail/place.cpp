// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/place.h"

#include "eddy/core/function_name.h"
#include "eddy/core/promise.h"

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

const PromiseBase* innermost(const Strand& strand) noexcept {
  const Op* leaf = strand.leaf();
  return leaf ? next_coroutine(leaf->continuation().untagged()) : nullptr;
}

}  // namespace

std::optional<std::source_location> innermost_await(const Strand& strand) noexcept {
  const PromiseBase* coroutine = innermost(strand);
  return coroutine ? std::optional(coroutine->where) : std::nullopt;
}

std::optional<std::source_location> outermost_await(const Strand& strand) noexcept {
  const PromiseBase* last = innermost(strand);
  if (!last) return std::nullopt;
  while (const PromiseBase* next = next_coroutine(last->parent.untagged())) last = next;
  return last->where;
}

std::string place_text(const std::source_location& where) {
  return eddy::detail::short_place(where) + " in " + eddy::detail::short_function_name(where.function_name());
}

}  // namespace eddy::debug::detail
