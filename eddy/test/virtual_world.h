// SPDX-License-Identifier: MIT
//
// When nothing is ready, in this order:
// 1. Somebody awaits `all_blocked()`: it goes on, and the clock stands still.
// 2. The clock is held, or real, or work is outside (`Loop::outside_work`, a function in a pool's thread): the poller
//    waits in real time until the next timer. While work is outside nothing is a deadlock; only `time_limit` ends it.
// 3. I/O is pending: the poller gets `io_quiet` of real time (all of `patience`, if no timer is armed).
// 4. A timer is armed: the clock jumps to it.
// 5. Other threads run that did not when the world was made: they get `patience` to post something.
// 6. Nothing can ever happen: Deadlock.
#pragma once

#include <cstdint>
#include <vector>

#include "eddy/base/random.h"
#include "eddy/base/ring.h"
#include "eddy/core/loop.h"
#include "eddy/core/loop_hooks.h"
#include "eddy/test/deadlock.h"
#include "eddy/test/options.h"

namespace eddy::test {

/// The world of a loop under test: its clock, its order, its waiting.
///
/// Most tests get one from `EDDY_TEST` or `run`. By hand: construct, hand it to a Loop, `attach` the loop.
class VirtualWorld final : public LoopHooks {
 public:
  /// Where the virtual clock starts.
  static constexpr eddy::detail::Nanos kStart = 1'000'000'000'000'000;

  explicit VirtualWorld(const Options& options = {});

  void attach(Loop& loop) noexcept { loop_ = &loop; }

  eddy::detail::Nanos now() noexcept override;
  void idle(sys::Poller& poller, eddy::detail::Nanos deadline) override;
  std::uint64_t seed() noexcept override { return options_.seed(); }
  bool shuffles() const noexcept override { return options_.shuffle(); }
  void shuffle(std::vector<eddy::detail::Node*>& ready) override;

  Owned<sys::Poller> wrap_poller(Owned<sys::Poller> real) override;

  /// While held, the virtual clock does not jump: idle waits in real time for whoever holds it.
  void hold() noexcept { ++holds_; }
  void release() noexcept { --holds_; }

  /// Throws Deadlock once the run has taken longer than its `time_limit`.
  void check_time_limit();
  /// Starts the `time_limit` anew: for the unwinding after a deadlock.
  void restart_time_limit() noexcept;

  /// While set, idle neither jumps nor throws, and waits for a millisecond of I/O at most; it only counts.
  void set_settling(bool on) noexcept { settling_ = on; }
  std::uint64_t idles() const noexcept { return idles_; }

  /// Operations that are granted when everything else is blocked.
  eddy::detail::Ring<eddy::detail::Op>& blocked_waiters() noexcept { return blocked_waiters_; }

 private:
  [[noreturn]] void give_up(const std::string& why) const;
  void wait_real(sys::Poller& poller, eddy::detail::Nanos deadline);
  void wait_for_outside(sys::Poller& poller, eddy::detail::Nanos deadline);
  std::size_t outside_work() const noexcept { return loop_ ? loop_->outside_work() : 0; }
  bool waits_in_vain(sys::Poller& poller, eddy::detail::Nanos timeout);

  Options options_;
  Loop* loop_ = nullptr;
  eddy::detail::Nanos now_ = kStart;
  Random random_;
  eddy::detail::Nanos real_start_;
  std::size_t threads_at_start_;
  int holds_ = 0;
  bool settling_ = false;
  std::uint64_t idles_ = 0;
  eddy::detail::Ring<eddy::detail::Op> blocked_waiters_;
};

}  // namespace eddy::test
