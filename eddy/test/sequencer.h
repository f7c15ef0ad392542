// SPDX-License-Identifier: MIT
//
// 1. `next_` is the position that may run; positions below it were passed, those in `waiting_` wait their turn.
// 2. A position is used once. Cancelling somebody who waits breaks the sequence: it could never go on.
#pragma once

#include <set>
#include <utility>

#include "eddy/base/ring.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/task.h"

namespace eddy::test {

class Sequencer;

namespace detail {

/// Waits for a position of a Sequencer.
class SequencerOp : public eddy::detail::Op {
 public:
  SequencerOp(Sequencer& sequencer, int position) noexcept : sequencer_(&sequencer), position_(position) {}
  SequencerOp(SequencerOp&&) = default;

  bool ready();
  eddy::detail::Step start(eddy::detail::Strand& strand, eddy::detail::Cont cont) noexcept;
  void cancel() noexcept override;
  int position() const noexcept { return position_; }

 protected:
  ~SequencerOp() = default;
  /// Throws if the sequence is broken or the position was used before.
  void check() const;

  Sequencer* sequencer_;

 private:
  int position_;
  bool reused_ = false;
};

}  // namespace detail

/// Forces the order in which tasks pass certain points: position n waits until all positions below it were passed.
///
///     Sequencer seq;
///     // in one task                      // in another
///     co_await seq.point(0);              auto turn = co_await seq(1);
///     co_await seq.point(2);              …                              // until `turn` dies, 2 waits
///
/// Positions count from 0, each is used once (RuntimeError otherwise). When a task that waits for its position is
/// cancelled, the others get a RuntimeError. It must outlive the tasks that use it.
class Sequencer {
 public:
  /// The time between reaching a position and letting the next one go.
  class [[nodiscard("the next position goes when it dies: name it, or use point()")]] Turn {
   public:
    explicit Turn(Sequencer& sequencer) noexcept : sequencer_(&sequencer) {}
    Turn(Turn&& other) noexcept : sequencer_(std::exchange(other.sequencer_, nullptr)) {}
    Turn& operator=(Turn other) noexcept {
      std::swap(sequencer_, other.sequencer_);
      return *this;
    }
    ~Turn() { pass(); }
    /// Lets the next position go now.
    void pass() noexcept {
      if (sequencer_) std::exchange(sequencer_, nullptr)->advance();
    }

   private:
    Sequencer* sequencer_;
  };

  class [[nodiscard("co_await it")]] Wait final : public detail::SequencerOp, public eddy::detail::AwaitLeaf<Wait> {
   public:
    using SequencerOp::SequencerOp;
    Turn take() {
      check();
      return Turn(*sequencer_);
    }
  };
  class [[nodiscard("co_await it")]] Point final : public detail::SequencerOp, public eddy::detail::AwaitLeaf<Point> {
   public:
    using SequencerOp::SequencerOp;
    void take() {
      check();
      sequencer_->advance();
    }
  };

  Sequencer() = default;
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;
  ~Sequencer();

  /// Waits for the position and keeps it while the result lives.
  Wait operator()(int position) noexcept { return Wait(*this, position); }
  /// Waits for the position and passes it.
  Point point(int position) noexcept { return Point(*this, position); }
  /// Waits for the position and keeps it while `body()`, which returns an awaitable, runs.
  template <class F>
  Task<> block(int position, F body) {
    Turn turn = co_await (*this)(position);
    co_await body();
  }

 private:
  friend class detail::SequencerOp;
  void advance() noexcept;
  void give_turn() noexcept;
  void shatter() noexcept;

  int next_ = 0;
  bool broken_ = false;
  std::set<int> used_;
  eddy::detail::Ring<eddy::detail::Op> waiting_;
};

}  // namespace eddy::test
