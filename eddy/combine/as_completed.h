// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/base/owned.h"
#include "eddy/base/ring.h"
#include "eddy/combine/detail/inputs.h"
#include "eddy/combine/detail/repeated.h"
#include "eddy/combine/detail/watcher.h"
#include "eddy/combine/observer.h"
#include "eddy/core/create_task.h"
#include "eddy/core/detached.h"
#include "eddy/core/outcome.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"

namespace eddy {
namespace detail {

/// The queue of ended tasks behind as_completed, in the order in which they ended.
class CompletedBase : public Detached {
 public:
  CompletedBase() = default;

  std::size_t size() const noexcept { return left_; }

  struct Next : public Op {
    explicit Next(CompletedBase& of) noexcept : completed(&of) {}
    Next(Next&&) = default;
    bool ready() noexcept { return (completed->decided() || completed->waiting_) && running.spend(); }
    Step start(Strand& strand, Cont cont) noexcept;
    void cancel() noexcept override;
    void check();
    void describe(OpDescription& to) const override;
    CompletedBase* completed;
    bool second = false;  ///< somebody else waits already

   protected:
    ~Next() = default;
  };

 protected:
  struct Entry : Watcher {
    Entry(CompletedBase& of, AnyTask task) noexcept : Watcher(std::move(task)), completed(of) {}
    void on_end() noexcept override { completed.ended(*this); }
    CompletedBase& completed;
    Entry* after = nullptr;

   protected:
    ~Entry() = default;
  };

  ~CompletedBase();
  void leave_loop() noexcept override;
  void track(Entry& entry) noexcept;
  void set_limit(Nanos limit) noexcept;
  Entry* pop() noexcept;

 private:
  struct Deadline final : TimerOp {
    explicit Deadline(CompletedBase& of) noexcept : completed(of) {}
    void fire() noexcept override { completed.expire(); }
    CompletedBase& completed;
  };

  /// next() has an answer: an ended task, the end, or the timeout.
  bool decided() const noexcept { return first_ || left_ == 0 || expired_; }
  void ended(Entry& entry) noexcept;
  void expire() noexcept;
  void disarm() noexcept;
  void wake() noexcept;

  Entry* first_ = nullptr;
  Entry* last_ = nullptr;
  std::size_t left_ = 0;  ///< not handed out yet
  Next* waiting_ = nullptr;
  Deadline deadline_{*this};
  bool timed_ = false;
  bool expired_ = false;
};

template <class Handle>
struct HandleValue;
template <class T>
struct HandleValue<TaskHandle<T>> {
  using type = T;
};

}  // namespace detail

/// Results in the order in which they come: what `as_completed` gives. Move-only.
///
/// Breaking out of the loop cancels the tasks that it started and that still run; the current task owns them from then
/// on and ends only after they did. Handles it was given are never cancelled.
template <class T>
class AsCompleted {
  class Core final : public detail::CompletedBase {
   public:
    template <class R>
    Core(R&& range, detail::Nanos limit) {
      attach();
      detail::HeldRange<R> held(std::forward<R>(range));
      held.for_each([this](auto&& element) { this->add(std::forward<decltype(element)>(element)); });
      track_given();
      set_limit(limit);
    }

    std::optional<Outcome<T>> take() {
      Entry* entry = pop();
      if (!entry) return std::nullopt;
      detail::TaskBase& task = entry->task().state();
      auto& state = static_cast<detail::TaskState<T>&>(task);
      bool ours = static_cast<Item*>(entry)->ours;
      return Outcome<T>::of([&]() -> T {
        if constexpr (std::is_void_v<T> || std::is_reference_v<T>) {
          return state.get();
        } else if constexpr (std::is_copy_constructible_v<T>) {
          return ours ? T(std::move(state.get())) : T(state.get());
        } else {
          return std::move(state.get());
        }
      });
    }

   private:
    struct Item final : Entry {
      Item(Core& core, AnyTask task, bool started_here) : Entry(core, std::move(task)), ours(started_here) {}
      bool ours;
    };

    template <class E>
    void add(E&& element) {
      if constexpr (std::is_base_of_v<AnyTask, std::remove_cvref_t<E>>) {
        (void)element.state();  // throws when the handle is empty
        given_.push_back(element);
      } else {
        auto* state = detail::make_task(std::forward<E>(element));
        auto handle = detail::handle_of(state);
        detail::launch_task(*detail::running.loop, *this, *state);
        track(items_.emplace_back(*this, handle, true));
      }
    }

    void track_given() {
      std::vector<bool> skip = detail::repeated(given_);
      for (std::size_t i = 0; i < given_.size(); ++i) {
        if (!skip[i]) track(items_.emplace_back(*this, given_[i], false));
      }
      given_.clear();
    }

    std::vector<AnyTask> given_;
    std::deque<Item> items_;
  };

  class [[nodiscard("co_await it")]] NextOp final : public detail::CompletedBase::Next,
                                                    public detail::AwaitLeaf<NextOp> {
   public:
    explicit NextOp(Core& core) noexcept : detail::CompletedBase::Next(core) {}
    std::optional<Outcome<T>> take() {
      this->check();
      return static_cast<Core&>(*this->completed).take();
    }
  };

 public:
  using value_type = Outcome<T>;

  template <class R>
  AsCompleted(std::in_place_t, R&& range, detail::Nanos limit)
      : core_(make_owned<Core>(std::forward<R>(range), limit)) {}

  /// How many were not handed out yet.
  std::size_t size() const noexcept { return core_->size(); }

  /// The next one that ended, as an Outcome; nullopt when all were handed out. TimeoutError when the limit has passed.
  NextOp next() { return NextOp(*core_); }

 private:
  Owned<Core> core_;
};

namespace detail {

/// `next()` of something that is watched.
template <Operation Child, class P>
class [[nodiscard("co_await it")]] ObservedNext final : public AwaitLeaf<ObservedNext<Child, P>> {
 public:
  ObservedNext(Child&& child, Observed<P>& observed) : child_(std::move(child)), observed_(&observed) {}

  bool ready() { return child_.ready(); }
  Step start(Strand& strand, Cont cont) { return child_.start(strand, cont); }
  Cont cont() const noexcept { return child_.cont(); }
  auto take() {
    auto next = child_.take();
    if (next) {
      observed_->advance();
    } else {
      observed_->end();
    }
    return next;
  }

 private:
  Child child_;
  Observed<P>* observed_;
};

/// An AsCompleted that tells an observer what was handed out.
template <class T, class P>
class ObservedCompleted {
 public:
  using value_type = Outcome<T>;

  ObservedCompleted(AsCompleted<T>&& completed, std::size_t tasks, P&& observer)
      : completed_(std::move(completed)), observed_(std::forward<P>(observer)) {
    observed_.expect(tasks);
  }

  auto next() { return ObservedNext<decltype(completed_.next()), P>(completed_.next(), observed_); }

 private:
  AsCompleted<T> completed_;
  Observed<P> observed_;
};

template <class E>
struct CompletedValue {
  using type = await_result_t<E>;
};
template <class E>
  requires std::is_base_of_v<AnyTask, std::remove_cvref_t<E>>
struct CompletedValue<E> {
  using type = typename std::remove_cvref_t<E>::value_type;
};

struct AsCompletedFn {
  template <Iterable R>
  auto operator()(R&& awaitables) const {
    return make(std::forward<R>(awaitables), kForever);
  }
  template <Iterable R, class Rep, class Period>
  auto operator()(R&& awaitables, std::chrono::duration<Rep, Period> limit) const {
    return make(std::forward<R>(awaitables), to_nanos(limit));
  }
  template <Observer P, Iterable R, class... Limit>
  auto operator()(P&& observer, R&& awaitables, Limit... limit) const {
    return observe(std::forward<P>(observer), (*this)(std::forward<R>(awaitables), limit...));
  }

 private:
  template <class P, class T>
  static auto observe(P&& observer, AsCompleted<T>&& completed) {
    const std::size_t tasks = completed.size();
    return ObservedCompleted<T, P>(std::move(completed), tasks, std::forward<P>(observer));
  }

  template <class R>
  static auto make(R&& range, Nanos limit) {
    using T = typename CompletedValue<typename HeldRange<R>::Element>::type;
    return AsCompleted<T>(std::in_place, std::forward<R>(range), limit);
  }
};

}  // namespace detail

/// `auto completed = as_completed(std::move(tasks)); while (auto next = co_await completed.next()) use(next->value());`
///
/// Starts a range of tasks at once (or takes handles that run already) and gives their results fastest first. An
/// optional limit for all of them makes `next()` throw TimeoutError once it has passed. An Observer in front, as in
/// `as_completed(Progress{"pages"}, …)`, is told of each that is handed out.
inline constexpr detail::AsCompletedFn as_completed{};

}  // namespace eddy
