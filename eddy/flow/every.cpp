// SPDX-License-Identifier: MIT
#include "eddy/flow/every.h"

#include <cstdint>

#include "eddy/base/random.h"
#include "eddy/core/loop.h"
#include "eddy/core/loop_service.h"

namespace eddy::detail {
namespace {

/// A loop's source of chance: under a virtual clock the same in each run.
struct Chance final : LoopService {
  explicit Chance(Loop& loop) noexcept : random(static_cast<std::uint64_t>(loop.now())) {}
  Random random;
};

}  // namespace

Schedule::Schedule(Duration period, Every how)
    : how_(std::move(how)), ticks_(period, later(now(), Duration(how_.first_after_)), how_.missed_) {}

Sleep Schedule::jitter() {
  Random& random = running.loop->service<Chance>().random;
  return Sleep(static_cast<Nanos>(random.below(static_cast<std::uint64_t>(how_.jitter_) + 1)));
}

void Schedule::failed() {
  if (!how_.on_error_) throw;
  how_.on_error_(std::current_exception());
}

}  // namespace eddy::detail
