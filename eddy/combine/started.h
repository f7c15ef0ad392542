// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/base/unit.h"
#include "eddy/core/signature.h"
#include "eddy/core/task_handle.h"

namespace eddy {

template <class T>
class Started;

namespace detail {

/// What a starting child and whoever waits for it share. Counted by hand: it stays on one loop.
template <class T>
struct StartCell {
  std::optional<T> value;
  Op* waiter = nullptr;
  AnyTask task;  ///< as long as somebody waits for its start
  int refs = 0;
};

template <class T>
class StartRef {
 public:
  explicit StartRef(StartCell<T>* cell) noexcept : cell_(cell) { ++cell_->refs; }
  StartRef(const StartRef& other) noexcept : StartRef(other.cell_) {}
  StartRef& operator=(StartRef other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  [[gnu::noinline]] ~StartRef() {  // inlined, GCC 12 takes the last of several references for a use after the delete
    if (--cell_->refs == 0) delete cell_;
  }
  StartCell<T>* operator->() const noexcept { return cell_; }

 private:
  StartCell<T>* cell_;
};

/// `co_await ready(value)`: tells whoever waits, and goes on at once.
template <class T>
class [[nodiscard("co_await it")]] StartedSignal : public AwaitLeaf<StartedSignal<T>> {
 public:
  StartedSignal(StartRef<T> cell, T value) : cell_(std::move(cell)), value_(std::move(value)) {}

  bool ready() const noexcept { return true; }
  Step start(Strand&, Cont cont) const noexcept { return Step::resume(cont); }
  void take() {
    if (cell_->value) throw RuntimeError("Started: a task can report that it has started only once");
    cell_->value.emplace(std::move(value_));
    if (!cell_->task) return;
    cell_->task.state().root.flags &= ~std::uint32_t{TaskBase::kStarting};
    if (cell_->waiter && cell_->waiter->state() == Op::kArmed) {
      cell_->task.state().waiters().erase(*cell_->waiter);
      cell_->waiter->grant();
    }
  }

 private:
  StartRef<T> cell_;
  T value_;
};

/// Waits until a child has started, or has ended without.
template <class T>
class [[nodiscard("co_await it")]] StartOp final : public JoinBase, public AwaitLeaf<StartOp<T>> {
 public:
  StartOp(AnyTask task, StartRef<T> cell) : JoinBase(std::move(task)), cell_(std::move(cell)) {
    own();
    cell_->task = task_;
    task_.state().root.flags |= TaskBase::kStarting;
  }
  StartOp(StartOp&&) = default;
  ~StartOp() {
    if (!task_) return;
    if (!task_.done()) task_.state().root.flags &= ~std::uint32_t{TaskBase::kStarting};
    cell_->waiter = nullptr;
    cell_->task = AnyTask();
  }

  bool ready() noexcept { return cell_->value ? running.spend() : JoinBase::ready(); }
  Step start(Strand& strand, Cont cont) noexcept {
    cell_->waiter = this;
    Step next = JoinBase::start(strand, cont);
    if (cell_->value && state() == kArmed) {
      task_.state().waiters().erase(*this);
      grant();
    }
    return next;
  }
  /// A child that has reported is under way: that cannot be taken back.
  void cancel() noexcept override {
    if (state() == Op::kArmed || !cell_->value) JoinBase::cancel();
  }
  T take() {
    if (cell_->value) return std::move(*cell_->value);
    check();
    throw RuntimeError("task '" + task_.name() +
                       "' ended without reporting that it had started: co_await ready(value) in it");
  }

 private:
  StartRef<T> cell_;
};

template <class Parameters>
struct StartedValue {
  static_assert(!std::is_same_v<Parameters, Parameters>,
                "eddy: TaskGroup::start(f, args...) needs an f whose first parameter is eddy::Started<T>");
};
template <class T, class... Rest>
struct StartedValue<std::tuple<Started<T>, Rest...>> {
  using type = T;
};
template <class F>
using started_value_t = typename StartedValue<typename ParametersOf<F>::type>::type;

}  // namespace detail

/// What a function started with `TaskGroup::start` receives first: `co_await ready(port)` lets the starter go on.
template <class T = Unit>
class Started {
 public:
  /// Advanced: made by TaskGroup::start.
  explicit Started(detail::StartRef<T> cell) noexcept : cell_(std::move(cell)) {}

  detail::StartedSignal<T> operator()(T value = T{}) const { return detail::StartedSignal<T>(cell_, std::move(value)); }

 private:
  detail::StartRef<T> cell_;
};

}  // namespace eddy
