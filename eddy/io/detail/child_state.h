// SPDX-License-Identifier: MIT
//
// 1. From its start until it was reaped a child is in its loop's ChildKeeper, watched by the poller, and owns itself:
//    whoever started it may forget it.
// 2. It is reaped, and those who wait are told, as soon as the loop hears of its end. So there are no zombies.
// 3. A tracer may hold back an end that the kernel has told of: then the child is asked for it again now and then.
// 4. A loop that closes tells its children to end, gives each its grace, kills it, and reaps it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "eddy/base/ring.h"
#include "eddy/core/loop_service.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"
#include "eddy/sync/waiters.h"
#include "eddy/sys/child.h"
#include "eddy/sys/operation.h"

namespace eddy::detail {

class ChildKeeper;

/// A child process of a loop.
class ChildState final : private sys::Operation, private TimerOp {
 public:
  /// Starts it on the running loop.
  static std::shared_ptr<ChildState> start(const sys::ChildPlan& plan, std::chrono::nanoseconds grace);
  ChildState(const sys::ChildPlan& plan, std::chrono::nanoseconds grace)
      : Operation(sys::OpKind::poll_readable, -1), child_(plan), grace_(grace) {}

  [[nodiscard]] int pid() const noexcept { return child_.pid(); }
  /// Once it has ended and the loop has heard of it.
  [[nodiscard]] const std::optional<sys::ProcessEnd>& end() const noexcept { return end_; }
  int send_signal(int signo) noexcept { return child_.send_signal(signo); }
  /// SIGTERM now, SIGKILL when the grace is over. Once is enough.
  void terminate() noexcept;

  Waiters waiters;  ///< for its end

  ChildState* ring_next() const noexcept { return next_; }
  ChildState* ring_prev() const noexcept { return prev_; }
  void set_ring_next(ChildState* child) noexcept { next_ = child; }
  void set_ring_prev(ChildState* child) noexcept { prev_ = child; }

 private:
  friend class ChildKeeper;
  struct LookAgain final : TimerOp {
    explicit LookAgain(ChildState& of) noexcept : child(of) {}
    void fire() noexcept override;
    ChildState& child;
    bool armed = false;
  };

  void complete() noexcept override;
  void look_again_later() noexcept;
  void fire() noexcept override;
  void finish(const sys::ProcessEnd& end) noexcept;

  sys::Child child_;
  std::chrono::nanoseconds grace_;
  std::optional<sys::ProcessEnd> end_;
  std::shared_ptr<ChildState> self_;  ///< while it is watched
  ChildKeeper* keeper_ = nullptr;     ///< likewise
  bool terminated_ = false;
  bool timed_ = false;
  LookAgain look_again_{*this};
  Nanos kill_at_ = 0;  ///< by the real clock, for when the loop's timers do not run any more
  ChildState* next_ = nullptr;
  ChildState* prev_ = nullptr;
};

/// The children of a loop.
class ChildKeeper final : public LoopService {
 public:
  explicit ChildKeeper(Loop& loop) noexcept : loop_(loop) {}
  ~ChildKeeper() override;

 private:
  friend class ChildState;
  Loop& loop_;
  Ring<ChildState> children_;
  bool closing_ = false;
};

/// What a process returned, as Python has it: its exit code, or minus the signal that killed it.
int returncode_of(const sys::ProcessEnd& end) noexcept;

}  // namespace eddy::detail
