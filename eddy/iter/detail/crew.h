// SPDX-License-Identifier: MIT
//
// What `map_async`, `merge` and the like share: a stage of a pipeline that has children of its own.
//
// 1. The Crew stands in the stage's frame and owns the children while the stage lives; left early, it hands them,
// cancelled,
//    to the task.
// 2. Everything that children touch is in a Board, which they share with the stage and each other: it lives as long as
// the
//    last of them. `board.crew` is null once the stage has gone.
#pragma once

#include <cstdint>
#include <utility>

#include "eddy/core/awaitable.h"
#include "eddy/core/create_task.h"
#include "eddy/core/detached.h"

namespace eddy::detail {

/// Wakes the one who waits, if somebody does. What it was about is looked up elsewhere.
class Signal {
 public:
  class [[nodiscard("co_await it")]] Wait final : public Op, public AwaitLeaf<Wait> {
   public:
    explicit Wait(Signal& signal) noexcept : signal_(&signal) {}
    Wait(Wait&&) = default;
    bool ready() const noexcept { return false; }
    Step start(Strand& strand, Cont cont) noexcept {
      if (begin(strand, cont)) signal_->waiter_ = this;
      return Step::none();
    }
    void take() const noexcept {}
    void cancel() noexcept override {
      if (state() == kArmed) signal_->waiter_ = nullptr;
      stop();
    }
    void describe(OpDescription& to) const override;

   private:
    Signal* signal_;
  };

  Wait wait() noexcept { return Wait(*this); }
  void notify() noexcept {
    if (Op* waiter = std::exchange(waiter_, nullptr)) waiter->grant();
  }

 private:
  Op* waiter_ = nullptr;
};

class Crew;

struct Board {
  std::uint32_t refs = 0;
  Crew* crew = nullptr;
  const TaskBase* failed = nullptr;  ///< the first child that has: no reason to begin anything more
  Signal changed;                    ///< for the stage
};

/// A counted reference to a board: a shared_ptr that stays on its loop.
template <class B>
class Shared {
 public:
  explicit Shared(B* board) noexcept : board_(board) { ++board_->refs; }
  Shared(const Shared& other) noexcept : Shared(other.board_) {}
  Shared& operator=(const Shared&) = delete;
  ~Shared() {
    if (--board_->refs == 0) delete board_;
  }
  B& operator*() const noexcept { return *board_; }
  B* operator->() const noexcept { return board_; }

 private:
  B* board_;
};

class Crew final : public Detached {
 public:
  explicit Crew(Board& board) : board_(board) {
    attach();
    board_.crew = this;
  }
  ~Crew() { board_.crew = nullptr; }

  template <class... A>
  auto spawn(A&&... what) {
    return detail::spawn(*running.loop, *this, std::forward<A>(what)...);
  }

 private:
  void on_kid_ended(Strand& kid) noexcept override {
    auto& task = static_cast<TaskBase&>(kid);
    if (task.failed() && !board_.failed) board_.failed = &task;
    board_.changed.notify();
  }

  Board& board_;
};

}  // namespace eddy::detail
