// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <limits>
#include <utility>

#include "eddy/sync/waiters.h"

namespace eddy::detail {

/// A number of permits and who waits for one: what a lock (one permit) and a semaphore have in common.
///
/// 1. Whoever waits does so because nothing is free: `waiters` not empty ⟹ `free == 0`. Nobody can overtake.
/// 2. A permit given back while somebody waits goes to the first of them and is never free in between.
/// 3. Of a single permit, `taker` is who took it last: for dumps. Of several nobody keeps account: it would cost more
///    than it tells.
class Permits {
 public:
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  explicit Permits(std::size_t free, std::size_t limit = kUnbounded) noexcept : free_(free), limit_(limit) {}
  Permits(const Permits&) = delete;
  Permits& operator=(const Permits&) = delete;

  std::size_t free() const noexcept { return free_; }
  /// None is out: one more given back would be one too many.
  bool complete() const noexcept { return free_ >= limit_; }
  const Waiters& waiters() const noexcept { return waiters_; }
  /// Null where there is more than one permit.
  const Taker* taker() const noexcept { return limit_ == 1 ? &taker_ : nullptr; }

  bool try_take() noexcept { return try_take(running.strand); }
  bool try_take(Strand* by) noexcept {
    if (free_ == 0) return false;
    --free_;
    taken_by(by);
    return true;
  }
  /// Whoever runs has it from now on.
  void handed_over() noexcept {
    if (running.strand) taken_by(running.strand);
  }

  void give_back() noexcept {
    if (Op* next = waiters_.pop()) {
      taken_by(&next->strand());
      return next->grant();
    }
    assert(!complete() && "released more often than acquired");
    if (!complete()) ++free_;
  }

  /// Grants a permit to an armed operation, at once or when it is its turn. False as in `Waiters::add`.
  bool join(Op& op) noexcept {
    if (!try_take(&op.strand())) return waiters_.add(op);
    op.grant();
    return true;
  }

  void leave(Op& op) noexcept { waiters_.remove(op); }

 private:
  void taken_by(Strand* strand) noexcept {
    if (limit_ == 1) taker_.set(strand);
  }

  std::size_t free_;
  std::size_t limit_;
  Waiters waiters_;
  Taker taker_;
};

/// Waits for a permit. Cancelled after the grant, it passes the permit on; so does one whose result nobody took.
class AcquireOp : public Op {
 public:
  explicit AcquireOp(Permits& permits) noexcept : permits_(&permits) {}
  AcquireOp(AcquireOp&&) = default;

  bool ready() noexcept {
    if (permits_->free() == 0 || !running.spend()) return false;
    permits_->try_take();
    set_state(kReady);
    return true;
  }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;

 protected:
  ~AcquireOp() { give_up_grant(); }

  /// The permit is the caller's now.
  Permits& claim(const char* what) {
    if (!permits_) [[unlikely]]
      throw_other_loop(what);
    set_state(kIdle);
    return *permits_;
  }
  void describe_as(const char* what, OpDescription& to) const;

 private:
  void give_up_grant() noexcept {
    if (state() == kReady && permits_) [[unlikely]]
      permits_->give_back();
  }

  Permits* permits_;  ///< null once it turned out to belong to another loop
};

/// Holds one permit and gives it back when destroyed. The handle that LockGuard and Permit are.
class HeldPermit {
 public:
  HeldPermit(HeldPermit&& other) noexcept : permits_(std::exchange(other.permits_, nullptr)) { handed_over(); }
  HeldPermit& operator=(HeldPermit&& other) noexcept {
    HeldPermit old(std::move(*this));
    permits_ = std::exchange(other.permits_, nullptr);
    handed_over();
    return *this;
  }
  ~HeldPermit() { release(); }

  /// Gives it back now. Harmless when nothing is held.
  void release() noexcept {
    if (Permits* permits = std::exchange(permits_, nullptr)) permits->give_back();
  }
  /// Lets go without giving back: whoever calls `release()` of the primitive does that.
  void forget() noexcept { permits_ = nullptr; }
  /// True while it holds something: not moved from, not released, not forgotten.
  explicit operator bool() const noexcept { return permits_ != nullptr; }

 protected:
  explicit HeldPermit(Permits& permits) noexcept : permits_(&permits) {}

  Permits* permits_;

 private:
  void handed_over() noexcept {
    if (permits_) permits_->handed_over();
  }
};

}  // namespace eddy::detail
