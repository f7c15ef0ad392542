// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/core/body.h"
#include "eddy/sync/lock.h"

namespace eddy {

class Condition;

namespace detail {

// A wait's way:  holding ──release the lock──▶ parked ──notified or cancelled──▶ locking ──the lock is ours──▶ holding
//
// 1. Parked: armed, in the condition's line. Locking: armed, in the lock's line, or granted it and queued.
// 2. It ends, whichever way, only while holding: the caller's guard is true again before anybody can see it.
// 3. Cancelled after it was notified, it notifies somebody else instead.
class ConditionWaitBase : public Op {
 public:
  ConditionWaitBase(Condition& condition, const LockGuard& guard) noexcept : condition_(&condition), guard_(&guard) {}
  ConditionWaitBase(ConditionWaitBase&&) = default;

  Step start(Strand& strand, Cont cont) noexcept;
  void run() noexcept override;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  enum Fault : std::uint8_t { kNone, kNotAcquired, kOtherLoop };
  ~ConditionWaitBase() = default;

  /// Whether to go on, asked while holding the lock.
  virtual bool satisfied() noexcept { return notified_; }
  /// False when the caller does not hold the lock: then it is over.
  bool check_guard() noexcept;
  void raise_fault() {
    set_state(kIdle);
    if (fault_ != kNone) [[unlikely]]
      throw_fault();
  }

 private:
  friend class eddy::Condition;
  enum Phase : std::uint8_t { kHolding, kParked, kLocking };

  void park() noexcept;
  void relock() noexcept;
  void pass_on() noexcept;
  [[noreturn]] void throw_fault() const;

  Condition* condition_;
  const LockGuard* guard_;
  Phase phase_ = kHolding;
  Fault fault_ = kNone;
  bool notified_ = false;
  bool cancelling_ = false;
};

class [[nodiscard("co_await it")]] ConditionWait final : public ConditionWaitBase, public AwaitLeaf<ConditionWait> {
 public:
  using ConditionWaitBase::ConditionWaitBase;
  bool ready() noexcept { return !check_guard(); }
  void take() { raise_fault(); }
};

template <class Predicate>
class [[nodiscard("co_await it")]] ConditionWaitFor final : public ConditionWaitBase,
                                                            public AwaitLeaf<ConditionWaitFor<Predicate>> {
 public:
  ConditionWaitFor(Condition& condition, const LockGuard& guard, Predicate predicate)
      : ConditionWaitBase(condition, guard), predicate_(std::move(predicate)) {}
  ConditionWaitFor(ConditionWaitFor&&) = default;

  bool ready() noexcept {
    if (!check_guard()) return true;
    if (running.budget == 0) return false;
    asked_ = true;
    return holds() && running.spend();
  }
  void take() {
    raise_fault();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  bool satisfied() noexcept override { return !std::exchange(asked_, false) && holds(); }

  bool holds() noexcept {
    try {
      return static_cast<bool>(predicate_());
    } catch (...) {
      error_ = std::current_exception();
      return true;
    }
  }

  Predicate predicate_;
  bool asked_ = false;  ///< `ready` has asked, and it was false
  std::exception_ptr error_;
};

}  // namespace detail

/// Tasks wait here, inside a lock, for something that others change under that lock. asyncio's Condition.
///
/// ```
/// auto guard = co_await cond.acquire();
/// co_await cond.wait(guard, [&] { return !items.empty(); });
/// ```
/// `wait` releases the lock and holds it again when it ends, also when it is cancelled: a cancelled wait therefore ends
/// only once the lock is free, and the guard stays true while frames are unwound. A notification that a cancelled
/// waiter received goes to the next one, so as in asyncio a plain `wait` may rarely end without cause: prefer the form
/// with a predicate. Owns its lock, or shares one with other conditions. Belongs to one loop. For a single flag see
/// `Event`; for handing over values, `Queue`.
class Condition {
 public:
  Condition() noexcept : lock_(own_.emplace()) {}
  /// Uses a lock of the caller's, which must outlive it.
  explicit Condition(Lock& lock) noexcept : lock_(lock) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition() { assert(waiters_.empty() && "eddy::Condition destroyed while tasks wait for it"); }

  detail::LockAcquire acquire() noexcept { return lock_.acquire(); }
  detail::LockAcquire aenter() noexcept { return acquire(); }  ///< for `with(condition, body)`
  [[nodiscard]] std::optional<LockGuard> try_acquire() noexcept { return lock_.try_acquire(); }
  bool locked() const noexcept { return lock_.locked(); }
  /// Advanced: releases what a forgotten guard held.
  void release() { lock_.release(); }

  /// Waits for a notification. `guard` must hold this condition's lock, else RuntimeError; it stays where it is.
  detail::ConditionWait wait(LockGuard& guard) noexcept { return detail::ConditionWait(*this, guard); }

  /// Waits until `predicate()` is true: at once, or when asked again after a notification. It is called with the lock
  /// held and may not await; what it throws ends the wait.
  template <class Predicate>
    requires std::predicate<std::decay_t<Predicate>&>
  detail::ConditionWaitFor<std::decay_t<Predicate>> wait(LockGuard& guard, Predicate&& predicate) {
    detail::check_closure<Predicate>();
    return {*this, guard, std::forward<Predicate>(predicate)};
  }

  /// Wakes that many waiters, in the order in which they came. The lock must be held, else RuntimeError; they go on
  /// when it has been released. Whoever holds it lets them see what it changed.
  void notify(std::size_t n = 1);
  void notify_one() { notify(1); }
  void notify_all();

  /// How many tasks wait to be notified. Counts them: for logs and tests.
  std::size_t n_waiting() const noexcept { return waiters_.count(); }

 private:
  friend class detail::ConditionWaitBase;

  detail::Permits& permits() noexcept { return lock_.permits_; }
  void check_locked(const char* what) const;
  bool wake_one() noexcept;

  std::optional<Lock> own_;
  Lock& lock_;
  detail::Waiters waiters_;
};

}  // namespace eddy
