// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "eddy/base/error.h"
#include "eddy/sync/waiters.h"

namespace eddy {

class Barrier;

/// The barrier was aborted, or reset while somebody waited at it.
class BrokenBarrierError : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
};

namespace detail {

class [[nodiscard("co_await it")]] BarrierWait final : public Op, public AwaitLeaf<BarrierWait> {
 public:
  explicit BarrierWait(Barrier& barrier) noexcept : barrier_(&barrier) {}
  BarrierWait(BarrierWait&&) = default;
  ~BarrierWait() { leave(); }

  bool ready() noexcept;
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  std::size_t take();
  void describe(OpDescription& to) const override;

 private:
  friend class eddy::Barrier;
  static constexpr std::uint64_t kBroken = 0;                                          ///< a round that failed
  static constexpr std::uint64_t kPassed = std::numeric_limits<std::uint64_t>::max();  ///< one that cannot fail

  void leave() noexcept;

  Barrier* barrier_;  ///< null once it turned out to belong to another loop
  std::uint64_t round_ = kBroken;
  std::size_t index_ = 0;
};

}  // namespace detail

// 1. Rounds are numbered from 1; whoever waits or leaves knows its round. A round up to `spoiled_` ends in an error.
// 2. The waiters are those of `round_`; they are fewer than the parties.
// 3. `leaving_` counts those who were let go but have not run yet. They may be of any earlier round.

/// A point where a number of tasks wait for each other; when the last arrives, all go on. asyncio's Barrier.
///
/// Reusable at once: who comes back early counts for the next round. A waiter that is cancelled leaves, and its place
/// must be filled again; cancelled after the last has arrived, it is merely cancelled and the others go on. Belongs to
/// one loop; must live until everybody it let go has run. For "so many are done" without waiting see `TaskGroup`.
class Barrier {
 public:
  template <std::integral N>
  explicit Barrier(N parties)
      : parties_(detail::checked_count(parties, 1, "the number of parties of a Barrier", "1")) {}
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;
  ~Barrier() {
    assert(waiters_.empty() && "eddy::Barrier destroyed while tasks wait at it");
    assert(leaving_ == 0 && "eddy::Barrier destroyed before everybody it let go has run");
  }

  /// Waits for the others. Gives the order of arrival in this round, different for each: 0 to parties() - 1.
  /// Throws BrokenBarrierError when it is broken, or is aborted or reset before this task goes on.
  detail::BarrierWait wait() noexcept { return detail::BarrierWait(*this); }

  /// Starts anew, whole: who waits gets BrokenBarrierError. While a round is just leaving, only who has not run yet
  /// does.
  void reset() noexcept;
  /// Breaks it: everybody who waits, and who comes until `reset()`, gets BrokenBarrierError.
  void abort() noexcept;

  std::size_t parties() const noexcept { return parties_; }
  std::size_t n_waiting() const noexcept { return waiting_; }
  bool broken() const noexcept { return broken_; }

 private:
  friend class detail::BarrierWait;

  bool is_last() const noexcept { return waiting_ + 1 == parties_; }
  void arrive(detail::BarrierWait& op) noexcept;
  void let_all_go() noexcept;
  void let_go(detail::BarrierWait& op, std::size_t index) noexcept;
  void spoil() noexcept;

  std::size_t parties_;
  std::size_t waiting_ = 0;
  std::size_t leaving_ = 0;
  std::uint64_t round_ = 1;
  std::uint64_t spoiled_ = 0;
  bool broken_ = false;
  detail::Waiters waiters_;
};

}  // namespace eddy
