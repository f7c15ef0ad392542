// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>

#include "eddy/base/owned.h"
#include "eddy/sync/waiters.h"
#include "eddy/threads/detail/remote_task.h"

namespace eddy {
namespace detail {

class RuntimeState;

/// A task that a runtime answers for.
class RuntimeTask : public RemoteTask {
 public:
  explicit RuntimeTask(RuntimeState& state) noexcept : state_(state) {}

  RuntimeTask* ring_next() const noexcept { return next_; }
  RuntimeTask* ring_prev() const noexcept { return prev_; }
  void set_ring_next(RuntimeTask* task) noexcept { next_ = task; }
  void set_ring_prev(RuntimeTask* task) noexcept { prev_ = task; }

 protected:
  ~RuntimeTask() = default;

 private:
  void ended(TaskBase& task) noexcept final;
  void never_ran(std::exception_ptr why) noexcept final;

  RuntimeState& state_;
  RuntimeTask* next_ = nullptr;
  RuntimeTask* prev_ = nullptr;
};

template <class What>
using RuntimeTaskOf = Carrying<RuntimeTask, What>;

}  // namespace detail

/// Several loops, one per thread, that share nothing: how a server uses all cores.
///
///     Runtime rt{4};
///     for (std::size_t i = 0; i < rt.size(); ++i) rt.spawn_on(i, serve, port);   // each with a listener of its own
///     rt.run();
///
/// Objects belong to the loop they were made on; between loops go values: arguments, `ThreadSafeQueue`, futures of
/// `spawn_on(rt.loop(i), …)`. The tasks are one program: the first that fails stops the others. Destroying it does what
/// `stop` does, and waits.
class Runtime {
 public:
  /// As many loops as the machine has cores.
  Runtime();
  template <std::integral N>
  explicit Runtime(N loops)
      : Runtime(Exactly{}, detail::checked_count(loops, 1, "eddy::Runtime: the number of loops", "1")) {}
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();

  std::size_t size() const noexcept;
  /// The loop at `index`; throws RuntimeError when there is none.
  Loop& loop(std::size_t index);

  /// Starts a callable with arguments (kept as `create_task` keeps them) on the loop at `index`, now. From any thread.
  /// Its value is dropped; its error stops the runtime and comes out of `run`. Throws RuntimeError once that is
  /// stopped. A loop that one of its own tasks stopped is closed: a task for it is such an error.
  template <class F, class... Args>
  void spawn_on(std::size_t index, F&& f, Args&&... args) {
    using What = detail::remote_what_t<F, Args...>;
    auto what = detail::remote_what(std::forward<F>(f), std::forward<Args>(args)...);
    start(index, new detail::RuntimeTaskOf<What>(std::move(what), state()));
  }

  /// Blocks until every task has ended, after `stop` or by itself. Throws the first error; later ones are printed.
  /// Ctrl-C cancels the tasks, and when they have cleaned up the process dies of SIGINT, as with `eddy::run`. Not from
  /// a task.
  void run();
  /// Cancels all tasks; nothing can be started any more. From any thread; does not wait.
  void stop();

 private:
  struct Exactly {};
  Runtime(Exactly, std::size_t loops);
  detail::RuntimeState& state() noexcept { return *state_; }
  void start(std::size_t index, detail::RuntimeTask* task);
  Owned<detail::RuntimeState> state_;
};

}  // namespace eddy
