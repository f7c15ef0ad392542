// SPDX-License-Identifier: MIT
//
// What a limiter gives goes through two steps: it is reserved for whoever is granted it, and committed when that one
// runs, or released if he was cancelled in between. So a limit holds for what the program does, not for what the loop
// meant it to do, and a cancelled waiter costs nothing.
#pragma once

#include <cstddef>
#include <utility>

#include "eddy/core/awaitable.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"
#include "eddy/sync/waiters.h"

namespace eddy::detail {

class LineOp;

/// Who waits for a limiter, first come, first served, and the one timer that wakes the first of them.
///
/// 1. Whoever waits does so because there is not enough for the first in line. Nobody overtakes, however little he
/// asks.
/// 2. The timer is armed only while somebody waits and time alone will help.
class Line {
 public:
  Line() noexcept = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  const Waiters& waiters() const noexcept { return waiters_; }
  /// Whether `n` may be taken at once.
  bool admits(std::size_t n, Nanos now) noexcept { return waiters_.empty() && free_at(n, now) <= now; }
  bool try_take(std::size_t n, Nanos now) noexcept;

  // For LineOp.
  /// Grants an armed operation what it wants, at once or when it is its turn. False as in `Waiters::add`.
  bool join(LineOp& op) noexcept;
  void leave(LineOp& op) noexcept;
  void take_for(std::size_t n) noexcept { reserve(n); }
  void confirm(std::size_t n, Nanos now) noexcept;
  void give_back(std::size_t n) noexcept;

 protected:
  ~Line() = default;

  /// When `n` will be free, `now` or earlier if they are; kForever if that is not a matter of time.
  virtual Nanos free_at(std::size_t n, Nanos now) noexcept = 0;
  virtual void reserve(std::size_t n) noexcept = 0;
  virtual void commit(std::size_t n, Nanos now) noexcept = 0;
  virtual void release(std::size_t n) noexcept = 0;

  /// More may be free than before: grants whoever can be, and sets the timer for the next.
  void advance() noexcept;

 private:
  struct Timer final : TimerOp {
    explicit Timer(Line& of) noexcept : line(of) {}
    void fire() noexcept override;
    Line& line;
    Loop* armed_on = nullptr;
  };

  LineOp* first() const noexcept;
  void arm(Loop& loop, Nanos at) noexcept;
  void disarm() noexcept;

  Waiters waiters_;
  Timer timer_{*this};
};

/// Waits in a line. Cancelled after the grant, it gives back; so does one whose result nobody took.
class LineOp : public Op {
 public:
  LineOp(Line& line, std::size_t n) noexcept : line_(&line), n_(n) {}
  LineOp(LineOp&&) = default;

  std::size_t n() const noexcept { return n_; }
  bool ready() noexcept;
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;

 protected:
  void describe_as(const char* what, OpDescription& to) const;
  ~LineOp() { give_up_grant(); }
  /// What was reserved is the caller's now, who gives it back or confirms it later.
  Line& claim_reserved(const char* what);
  /// … and confirms it at once.
  void claim(const char* what);

 private:
  void give_up_grant() noexcept {
    if (state() == kReady && line_) [[unlikely]]
      line_->give_back(n_);
  }

  Line* line_;  ///< null once it turned out to belong to another loop
  std::size_t n_;
};

/// One that was reserved and may still be given back: destroying it does that.
class [[nodiscard]] Reservation {
 public:
  explicit Reservation(Line& line) noexcept : line_(&line) {}
  Reservation(Reservation&& other) noexcept : line_(std::exchange(other.line_, nullptr)) {}
  Reservation& operator=(Reservation other) noexcept {
    std::swap(line_, other.line_);
    return *this;
  }
  ~Reservation() {
    if (line_) line_->give_back(1);
  }
  void confirm(Nanos now) noexcept {
    if (Line* line = std::exchange(line_, nullptr)) line->confirm(1, now);
  }

 private:
  Line* line_;
};

/// Reserves one.
template <class Limiter>
class [[nodiscard("co_await it")]] RateReserve final : public LineOp, public AwaitLeaf<RateReserve<Limiter>> {
 public:
  explicit RateReserve(Line& line) noexcept : LineOp(line, 1) {}
  Reservation take() { return Reservation(claim_reserved(Limiter::kName)); }
  void describe(OpDescription& to) const override { describe_as(Limiter::kName, to); }
};

/// The operation of a limiter that gives nothing to keep.
template <class Limiter>
class [[nodiscard("co_await it")]] RateAcquire final : public LineOp, public AwaitLeaf<RateAcquire<Limiter>> {
 public:
  using LineOp::LineOp;
  void take() { claim(Limiter::kName); }
  void describe(OpDescription& to) const override { describe_as(Limiter::kName, to); }
};

}  // namespace eddy::detail
