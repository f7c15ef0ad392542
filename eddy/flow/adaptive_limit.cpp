// SPDX-License-Identifier: MIT
#include "eddy/flow/adaptive_limit.h"

#include <algorithm>

#include "eddy/base/error.h"
#include "eddy/core/op_description.h"

namespace eddy {

void AdaptivePermit::succeeded() noexcept {
  if (limit_) limit_->grow();
  release();
}

void AdaptivePermit::rejected() noexcept {
  if (limit_) limit_->shrink(number_);
  release();
}

void AdaptivePermit::release() noexcept {
  if (AdaptiveLimit* limit = std::exchange(limit_, nullptr)) limit->give_back(1);
}

detail::AdaptiveAcquire::AdaptiveAcquire(AdaptiveLimit& limit) noexcept : LineOp(limit, 1), limit_(&limit) {}

AdaptivePermit detail::AdaptiveAcquire::take() {
  claim("eddy::AdaptiveLimit");
  return AdaptivePermit(*limit_, limit_->number_);
}

AdaptiveLimit::AdaptiveLimit(AdaptiveLimitOptions options)
    : options_(options), limit_(static_cast<double>(options.start_)) {
  constexpr std::size_t kMost = std::size_t{1} << 53U;  // up to which a double tells two numbers apart
  const AdaptiveLimitOptions& o = options_;
  if (o.min_ < 1 || o.start_ < o.min_ || o.max_ < o.start_ || o.max_ > kMost || !(o.factor_ > 0 && o.factor_ < 1)) {
    throw RuntimeError("AdaptiveLimit: needs 1 <= min <= start <= max <= 2^53, and a decrease between 0 and 1");
  }
}

// A limit that is not used up has not been tried.
void AdaptiveLimit::grow() noexcept {
  if (in_flight_ >= current()) limit_ = std::min(static_cast<double>(options_.max_), limit_ + 1 / limit_);
}

void AdaptiveLimit::shrink(std::uint64_t number) noexcept {
  if (number < round_from_) return;
  round_from_ = number_ + 1;
  limit_ = std::max(static_cast<double>(options_.min_), limit_ * options_.factor_);
}

void detail::AdaptiveAcquire::describe(OpDescription& to) const { describe_as("AdaptiveLimit", to); }

}  // namespace eddy
