// SPDX-License-Identifier: MIT
#include "eddy/flow/batch.h"

#include <utility>

#include "eddy/base/count.h"
#include "eddy/base/error.h"

namespace eddy {

Batch& Batch::size(std::size_t items) {
  if (!detail::is_count(items))
    throw RuntimeError("Batch::size(n): n must be 1 or more: a batch has at least one item");
  size_ = items;
  return *this;
}

Batch& Batch::concurrency(std::size_t calls) {
  if (!detail::is_count(calls))
    throw RuntimeError("Batch::concurrency(n): n must be 1 or more: at least one call must be allowed to run");
  concurrency_ = calls;
  return *this;
}

Batch& Batch::progress(std::string label) {
  label_ = std::move(label);
  bar_ = nullptr;
  return *this;
}

Batch& Batch::progress(Progress& bar) noexcept {
  bar_ = &bar;
  return *this;
}

Progress* Batch::open_bar(std::optional<Progress>& room, std::optional<std::size_t> total) const {
  if (bar_ && total) bar_->expect(*total);
  if (bar_) return bar_;
  if (label_.empty()) return nullptr;
  return &room.emplace(label_, total);
}

}  // namespace eddy
