// SPDX-License-Identifier: MIT
//
// A task's life:  created ──dispatch──▶ running ──child_done / child_cancelled──▶ (draining) ──▶ done
// 1. `root.refs` counts the handles, plus one while the task is not done. At zero the state is destroyed.
// 2. A task that is cancelled before its first dispatch never runs: its callable and arguments die at that dispatch.
// 3. Draining: the coroutine has ended, but children of an object it broke out of (`as_completed`) have not.
// 4. The result is written once, before `done`, and read only afterwards.
#pragma once

#include <exception>
#include <new>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/invoke.h"
#include "eddy/base/owned.h"
#include "eddy/base/unique_function.h"
#include "eddy/base/unit.h"
#include "eddy/core/scope.h"
#include "eddy/core/task.h"

namespace eddy {

class AnyTask;

namespace detail {

class TaskBase;
class CancelNote;
struct Context;

/// What few tasks have, allocated when it is first needed: a name, context variables, callbacks, abandoned children.
struct TaskExtra {
  explicit TaskExtra(TaskBase& task) noexcept;
  ~TaskExtra();

  /// Children of objects the task broke out of; the task ends only after them.
  struct Leftovers final : Owner {
    explicit Leftovers(TaskBase& owner_task) noexcept : task(owner_task) {}
    Step kid_ended(Strand& kid) noexcept override;
    TaskBase& task;
  };

  std::string name;
  std::string cancel_reason;
  Context* context = nullptr;
  Owned<CancelNote> cancel_note;  ///< in debug mode, from its cancel to its end
  std::int64_t first_wait = 0;    ///< in debug mode, when it waited for the first time, on the loop's clock; 0: unknown
  std::int64_t last_wait = 0;     ///< … and for the last time
  std::vector<UniqueFunction<void()>> done_callbacks;
  Leftovers leftovers;
  Ring<Op> waiters;
};

/// The part of a task that does not depend on its result.
class TaskBase : public Strand {
 public:
  enum Flag : std::uint32_t {
    kTask = CancelScope::kFirstFree,  ///< this strand is a task, not a branch of one
    kHasExtra = kTask << 1,
    kDraining = kTask << 2,
    kDone = kTask << 3,
    kHasValue = kTask << 4,
    kHasError = kTask << 5,
    kWasCancelled = kTask << 6,
    kRetrieved = kTask << 7,    ///< somebody has looked at the error, or reported it
    kStarting = kTask << 8,     ///< a `TaskGroup::start` still waits for it and receives its errors
    kHeld = kTask << 9,         ///< its owner keeps it from starting for now
    kHasContext = kTask << 10,  ///< it has, or had, values of context variables
    kObserved = 1U << 31,       ///< also of branches: the loop's observers have been told of it
    kEnds = kHasValue | kHasError | kWasCancelled,
  };

  TaskBase() noexcept : waiters_() { root.flags = kTask; }

  bool done() const noexcept { return root.has(kDone); }
  bool was_cancelled() const noexcept { return root.has(kWasCancelled); }
  bool failed() const noexcept { return root.has(kHasError); }
  std::exception_ptr error() const noexcept { return failed() ? error_ref() : nullptr; }
  void mark_retrieved() noexcept { root.flags |= kRetrieved; }

  void ref() noexcept { ++root.refs; }
  void unref() noexcept {
    if (--root.refs == 0) dispose();
  }

  /// False when it is done already. Takes effect at the task's next, or present, await.
  bool request_cancel(std::string reason);
  std::string cancel_message() const;

  void run() noexcept override;
  /// The same, under the eyes of the loop's observers.
  void run_observed(Loop& loop) noexcept;
  Step child_cancelled() noexcept override;

  TaskExtra& extra();
  TaskExtra* extra_if_any() const noexcept { return root.has(kHasExtra) ? extra_ : nullptr; }
  std::string name() const;
  void rethrow_if_not_value(const char* what);

  /// The last of the children it left behind has ended.
  Step leftovers_ended() noexcept;

  /// Who is told of its end.
  Ring<Op>& waiters() noexcept;

 protected:
  ~TaskBase() = default;  // what there is to destroy, `dispose` has destroyed

  /// Calls the callable, if any, and starts what it returned.
  virtual Step launch() = 0;
  /// Destroys what never ran.
  virtual void drop_body() noexcept = 0;
  virtual void destroy() noexcept = 0;

  /// The first step of its body, or what comes after an error on the way there.
  Step first_step() noexcept;
  /// The first dispatch of a task that was cancelled before.
  void run_cancelled() noexcept;
  /// The body has ended as `end`; the result is in place.
  Step conclude(Flag end) noexcept;
  Step conclude_with_current_exception() noexcept;

 private:
  friend struct DebugLayout;
  void set_done(Owner& owner) noexcept;
  Step take_leave(Owner& owner) noexcept;
  Step finish() noexcept;
  Step finish_unusual() noexcept;
  [[gnu::noinline]] Step conclude_unusual() noexcept;
  void dispose() noexcept;
  [[gnu::noinline]] void dispose_extra() noexcept;
  const std::exception_ptr& error_ref() const noexcept {
    return *std::launder(reinterpret_cast<const std::exception_ptr*>(word_.bytes));
  }

  // Most tasks have no extra and at most a few waiters; both share a word.
  union {
    Ring<Op> waiters_;
    TaskExtra* extra_;
  };
};

/// The strand has ended: objects with children that outlive it (moved to the heap, say) are the loop's from now on.
void leave_detached_owners(Strand& strand) noexcept;

/// The task on whose behalf a strand runs: itself, or the one its `gather` stands on. Null for none.
TaskBase* task_of(Strand* strand) noexcept;

inline Ring<Op>& TaskBase::waiters() noexcept { return root.has(kHasExtra) ? extra_->waiters : waiters_; }

/// Room for a result that does not fit into the strand's word.
template <class Stored, bool kFits>
class ResultRoom {
 protected:
  void* room(void*) noexcept { return bytes_; }
  alignas(Stored) unsigned char bytes_[sizeof(Stored)];
};
template <class Stored>
class ResultRoom<Stored, true> {
 protected:
  static void* room(void* word) noexcept { return word; }
};

template <class T>
using task_stored_t = std::conditional_t<
    std::is_void_v<T>, Unit,
    std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<std::remove_reference_t<T>>, std::remove_const_t<T>>>;

template <class Stored>
// NOLINTNEXTLINE(bugprone-sizeof-expression): also of pointers
inline constexpr bool kFitsWord = sizeof(Stored) <= sizeof(void*) && alignof(Stored) <= alignof(void*);

/// A task with a result of type T. The result, or the error, takes the place of the leaf when it fits there.
template <class T>
class TaskState : public TaskBase, private ResultRoom<task_stored_t<T>, kFitsWord<task_stored_t<T>>> {
 public:
  using Stored = task_stored_t<T>;

  /// Only when done: the value, or throws what it ended in.
  decltype(auto) get() {
    rethrow_if_not_value("result");
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*value());
    } else {
      return static_cast<T&>(value());
    }
  }

 protected:
  ~TaskState() {
    if constexpr (!std::is_trivially_destructible_v<Stored>) {
      if (root.has(kHasValue)) value().~Stored();
    }
  }

  /// Stores what `take` returns or throws, and ends.
  template <class Take>
  Step settle(Take&& take) noexcept {
    try {
      if constexpr (std::is_void_v<T>) {
        take();
      } else if constexpr (std::is_reference_v<T>) {
        T result = take();
        new (where()) Stored(address_of(result));
      } else {
        new (where()) Stored(take());
      }
    } catch (...) {
      return conclude_with_current_exception();
    }
    return conclude(kHasValue);
  }

 private:
  void* where() noexcept { return this->room(word_.bytes); }
  Stored& value() noexcept { return *std::launder(static_cast<Stored*>(where())); }
};

}  // namespace detail
}  // namespace eddy
