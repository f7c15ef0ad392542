// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>

#include "eddy/sync/permits.h"

namespace eddy {

class Permit;

namespace detail {

class [[nodiscard("co_await it")]] SemaphoreAcquire final : public AcquireOp, public AwaitLeaf<SemaphoreAcquire> {
 public:
  using AcquireOp::AcquireOp;
  Permit take();
  void describe(OpDescription& to) const override;
};

}  // namespace detail

/// One of a semaphore's permits; destroying it releases the permit, `forget()` does not.
///
/// Move-only; must not outlive the semaphore.
class [[nodiscard("keep it: the permit is released when this is destroyed")]] Permit : public detail::HeldPermit {
 public:
  Permit(Permit&&) = default;
  Permit& operator=(Permit&&) = default;

 private:
  friend class Semaphore;
  friend class detail::SemaphoreAcquire;
  using HeldPermit::HeldPermit;
};

/// Lets at most so many tasks in at a time: `auto permit = co_await limit.acquire();`. asyncio's Semaphore.
///
/// Fair: first come, first served, and nobody overtakes, not even `try_acquire`. A task cancelled while it waits leaves
/// the line; one cancelled after it was given a permit, but before it ran, passes it on. `release()` without a permit
/// adds one, which makes it a counter of things to come; a `BoundedSemaphore` forbids that. Belongs to one loop. For so
/// many per second see `TokenBucket`; for one at a time, `Lock`.
class Semaphore {
 public:
  template <std::integral N = int>
  explicit Semaphore(N permits = 1) : Semaphore(checked(permits), detail::Permits::kUnbounded) {}
  ~Semaphore() { assert(permits_.waiters().empty() && "eddy::Semaphore destroyed while tasks wait for it"); }

  detail::SemaphoreAcquire acquire() noexcept { return detail::SemaphoreAcquire(permits_); }
  detail::SemaphoreAcquire aenter() noexcept { return acquire(); }  ///< for `with(semaphore, body)`
  [[nodiscard]] std::optional<Permit> try_acquire() noexcept {
    if (!permits_.try_take()) return std::nullopt;
    return Permit(permits_);
  }

  /// Whether `acquire` would have to wait.
  bool locked() const noexcept { return permits_.free() == 0; }
  /// How many permits are free.
  std::size_t available() const noexcept { return permits_.free(); }
  /// How many tasks wait. Counts them: for logs and tests.
  std::size_t n_waiting() const noexcept { return permits_.waiters().count(); }

  /// Advanced: adds a permit, such as a forgotten one. RuntimeError when a BoundedSemaphore has all of its own.
  void release();

 protected:
  Semaphore(std::size_t permits, std::size_t limit) noexcept : permits_(permits, limit) {}
  template <std::integral N>
  static std::size_t checked(N permits) {
    return detail::checked_count(permits, 0, "the number of permits of a Semaphore", "0");
  }

 private:
  detail::Permits permits_;
};

/// A Semaphore that never has more permits than it began with: releasing one too many throws RuntimeError.
class BoundedSemaphore : public Semaphore {
 public:
  template <std::integral N = int>
  explicit BoundedSemaphore(N permits = 1) : Semaphore(checked(permits), checked(permits)) {}
};

inline Permit detail::SemaphoreAcquire::take() { return Permit(claim("eddy::Semaphore")); }

}  // namespace eddy
