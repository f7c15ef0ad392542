// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eddy/sync/permits.h"

namespace eddy {

class Condition;
class LockGuard;

namespace detail {

class ConditionWaitBase;

class [[nodiscard("co_await it")]] LockAcquire final : public AcquireOp, public AwaitLeaf<LockAcquire> {
 public:
  using AcquireOp::AcquireOp;
  LockGuard take();
  void describe(OpDescription& to) const override;
};

}  // namespace detail

/// Proof that a Lock is held, and what releases it: `auto guard = co_await lock.acquire();`.
///
/// Move-only; belongs to the frame or object that holds it and must not outlive the lock. Keep it in a named variable:
/// one that is dropped releases the lock at once, hence the warning.
class [[nodiscard("keep it: the lock is released when the guard is destroyed")]] LockGuard : public detail::HeldPermit {
 public:
  LockGuard(LockGuard&&) = default;
  LockGuard& operator=(LockGuard&&) = default;

 private:
  friend class Lock;
  friend class detail::LockAcquire;
  friend class detail::ConditionWaitBase;
  using HeldPermit::HeldPermit;
  bool holds(const detail::Permits& permits) const noexcept { return permits_ == &permits; }
};

/// Mutual exclusion between tasks across their awaits. asyncio's Lock.
///
/// Fair: first come, first served, and nobody overtakes, not even `try_acquire`. Not recursive: a task that acquires it
/// twice waits for itself. A task cancelled while it waits leaves the line; one cancelled after it was given the lock,
/// but before it ran, passes it on. Belongs to one loop; between awaits of one loop no lock is needed at all. For other
/// threads use std::mutex. To wait for more than the lock see `Condition`.
class Lock {
 public:
  Lock() noexcept : permits_(1, 1) {}
  ~Lock() { assert(permits_.waiters().empty() && "eddy::Lock destroyed while tasks wait for it"); }

  detail::LockAcquire acquire() noexcept { return detail::LockAcquire(permits_); }
  detail::LockAcquire aenter() noexcept { return acquire(); }  ///< for `with(lock, body)`
  [[nodiscard]] std::optional<LockGuard> try_acquire() noexcept {
    if (!permits_.try_take()) return std::nullopt;
    return LockGuard(permits_);
  }

  bool locked() const noexcept { return permits_.free() == 0; }

  /// Advanced: releases what a forgotten guard held. RuntimeError when it is not held.
  void release();

 private:
  friend class Condition;
  detail::Permits permits_;
};

inline LockGuard detail::LockAcquire::take() { return LockGuard(claim("eddy::Lock")); }

}  // namespace eddy
