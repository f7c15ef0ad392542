// SPDX-License-Identifier: MIT
#include "eddy/flow/token_bucket.h"

#include <string>

#include "eddy/base/error.h"
#include "eddy/core/time_point.h"

namespace eddy {

using detail::Nanos;

bool TokenBucket::try_acquire(std::size_t n) {
  check(n);
  return try_take(n, detail::to_nanos(now()));
}

std::size_t TokenBucket::available() { return level_.tokens(detail::to_nanos(now())) - reserved_; }

bool TokenBucket::idle() { return waiters().empty() && available() == capacity(); }

// A bucket that is full of what is reserved gains nothing before that is taken.
Nanos TokenBucket::free_at(std::size_t n, Nanos now) noexcept {
  return n + reserved_ <= capacity() ? level_.time_of(n + reserved_, now) : detail::kForever;
}

void TokenBucket::commit(std::size_t n, Nanos now) noexcept {
  reserved_ -= n;
  level_.spend(n, now);
}

void TokenBucket::throw_too_many(std::size_t n) const {
  throw RuntimeError("TokenBucket::acquire(" + std::to_string(n) + "): the bucket never holds more than " +
                     std::to_string(capacity()) + " tokens: make its capacity larger, or ask for them in parts");
}

}  // namespace eddy
