// SPDX-License-Identifier: MIT
//
// One turn: dispatch what is ready (at most kDispatchesPerTurn), take in what other threads and signals posted, fire
// the timers that are due, poll the kernel once, sleeping only when nothing is ready.
//
// 1. Everything in the ready queues is dispatched exactly once per post; nothing is dispatched from inside a dispatch.
// 2. Tasks started during a dispatch run right after it, in order, before what was queued earlier (depth first keeps
//    memory small); what is left of them at the end of a turn goes behind everything else, so nobody starves.
// 3. Only `post_threadsafe` (and `call_soon_threadsafe`, which uses it) and signal handlers come from elsewhere; they
//    wake the poller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "eddy/base/function_ref.h"
#include "eddy/base/invoke.h"
#include "eddy/base/owned.h"
#include "eddy/base/random.h"
#include "eddy/base/unique_function.h"
#include "eddy/core/any_task.h"
#include "eddy/core/call_handle.h"
#include "eddy/core/detached.h"
#include "eddy/core/detail/listed_loop.h"
#include "eddy/core/detail/wake_pacing.h"
#include "eddy/core/loop_hooks.h"
#include "eddy/core/loop_service.h"
#include "eddy/core/node_queue.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"

namespace eddy {

namespace sys {
class Poller;
}  // namespace sys

namespace detail {
class DebugMode;
class ForeignSleep;
}  // namespace detail

class Loop;
class LoopObserver;

/// What an exception handler is told of. All but the first two come from debug mode alone.
enum class ErrorKind : std::uint8_t {
  error,              ///< an error that no code was left to receive
  destroyed_pending,  ///< a task that its loop gave up, or that never ran because its loop ended first
  never_awaited,      ///< a coroutine that was dropped before it began
  slow_callback,      ///< a task or callback that ran long without awaiting, and has come back
  blocked,            ///< one that has not come back yet; told to the watchdog's handler only, see eddy::debug
  slow_cleanup,       ///< a task that still cleans up long after it was cancelled
  ignored_cancel,     ///< a task that was cancelled and goes on all the same
  wrong_loop,         ///< a task that another loop than its own goes on with
};

/// What the loop's exception handler is told: an error that no code was left to receive, or a finding of debug mode.
struct ErrorContext {
  ErrorContext(std::string what, std::exception_ptr error) : message(std::move(what)), exception(std::move(error)) {}
  ErrorContext(ErrorKind of, std::string what, std::source_location at = {})
      : message(std::move(what)), kind(of), where(at) {}
  std::string message;
  std::exception_ptr exception;  ///< null for a mere warning
  ErrorKind kind = ErrorKind::error;
  std::source_location where{};  ///< the place that the message names; line 0 if it names none
};

using ExceptionHandler = UniqueFunction<void(Loop&, const ErrorContext&)>;

namespace detail {

/// The owner of tasks that nobody else owns.
struct RootOwner final : Owner {
  explicit RootOwner(Loop& of) noexcept : loop(of) {}
  Step kid_ended(Strand&) noexcept override { return Step::none(); }
  Loop& loop;
  Ring<Detached> objects;  ///< those that stand on no strand: made outside of tasks, or outliving theirs
};

}  // namespace detail

/// One thread's scheduler: its ready queue, its timers, its poller.
///
/// Programs rarely make one: `run` does. By hand: construct, `run_until_complete`, `close`. A loop and everything on it
/// belongs to the thread that runs it; only `call_soon_threadsafe` may be called from elsewhere.
class Loop {
 public:
  Loop();
  explicit Loop(LoopHooks* hooks);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  /// Closes it, if `close` was not called.
  ~Loop();

  /// Runs an awaitable as a task until it ends; its result, or throws what it ended in.
  template <class A>
  decltype(auto) run_until_complete(A&& awaitable);
  /// Runs until `stop`.
  void run_forever();
  /// Makes the run in progress return after the current turn; before a run, that run returns after its first turn.
  void stop() noexcept { stopping_ = true; }
  /// Cancels what is left, waits for it, releases everything. Errors of the cancelled tasks go to the handler.
  void close();
  bool is_running() const noexcept { return entered_ != nullptr; }
  bool is_closed() const noexcept { return closed_; }
  /// Whether a task that belongs to the loop itself, rather than to another task, has not ended.
  bool has_tasks() const noexcept;

  /// A descriptor for the epoll, poll or select of a program that has a loop of its own: when it is readable, call
  /// `run_ready()`. Do so once at the beginning, too, and whenever something was started, scheduled or cancelled on
  /// this loop from outside of it (other threads' posts make it readable by themselves). Level-triggered; never read or
  /// close it. It covers I/O, posts, signals and timers.
  int fd();
  /// Runs what is ready and what is due, never sleeps, and returns, after some turns at the latest, so that the other
  /// loop gets its turn as well; then `fd()` is readable again at once.
  void run_ready();

  /// Schedules a task that the loop holds; see `eddy::create_task`, which does this on the running loop.
  template <class F, class... Args>
  auto create_task(F&& task_or_callable, Args&&... args);

  TimePoint time() const noexcept { return detail::to_time_point(now()); }

  /// Calls back from the loop: in the next turn, or when it is time. Callbacks run in order, outside of any task.
  CallHandle call_soon(UniqueFunction<void()> callback);
  template <class F, class... Args>
    requires(sizeof...(Args) > 0)
  CallHandle call_soon(F callback, Args... args) {
    return call_soon(UniqueFunction<void()>(
        [callback = std::move(callback), ... args = std::move(args)]() mutable { detail::invoke(callback, args...); }));
  }
  template <class Rep, class Period>
  CallHandle call_later(std::chrono::duration<Rep, Period> delay, UniqueFunction<void()> callback) {
    return call_at_nanos(detail::saturating_add(now(), detail::to_nanos(delay)), std::move(callback));
  }
  CallHandle call_at(TimePoint when, UniqueFunction<void()> callback) {
    return call_at_nanos(detail::to_nanos(when), std::move(callback));
  }
  /// From any thread; the loop must outlive the call. Throws RuntimeError when it is closed already.
  void call_soon_threadsafe(UniqueFunction<void()> callback);

  /// From now on. What it finds: docs/guide/debugging.md. Loop's thread.
  void set_debug(bool on);
  bool get_debug() const noexcept { return (watchers_ & kDebug) != 0; }
  /// Debug mode reports a callback or task that runs longer without awaiting. 100 ms unless set.
  void set_slow_callback(Duration limit) noexcept;
  Duration slow_callback() const noexcept { return Duration(slow_callback_); }
  /// Debug mode reports a task that still cleans up so long after it was cancelled. 5 s unless set.
  void set_slow_cleanup(Duration limit) noexcept { slow_cleanup_ = limit.count(); }
  Duration slow_cleanup() const noexcept { return Duration(slow_cleanup_); }

  /// What happens to errors nobody receives; an empty handler restores the default, which prints to stderr.
  void set_exception_handler(ExceptionHandler handler);
  void call_exception_handler(const ErrorContext& context) noexcept;
  static void default_exception_handler(Loop& loop, const ErrorContext& context);

  /// Calls back from the loop when the process receives a signal. One loop at a time may own a signal.
  void add_signal_handler(int signo, UniqueFunction<void()> callback);
  bool remove_signal_handler(int signo);
  /// Advanced: as long as it is covered, the signal goes to this callback instead of its handler, if it has one, which
  /// may be added and removed meanwhile. One cover at a time. A signal on its way to a cover that is taken away goes to
  /// the handler, or is sent again.
  void cover_signal_handler(int signo, UniqueFunction<void()> callback);
  void uncover_signal_handler(int signo);

  /// How long `close` waits for cleanup after cancelling; then it says which tasks hang, and cancels through shields.
  /// May be shortened while it waits.
  void set_shutdown_grace(Duration grace) noexcept { shutdown_grace_ = grace.count(); }

  /// Runs a plain function on a thread pool, starting now, as a task; asyncio's spelling of
  /// `create_task(pool.run(fn, args...))`. Awaiting `pool.run(...)` itself needs no task.
  template <class Pool, class F, class... Args>
  auto run_in_executor(Pool& pool, F&& fn, Args&&... args) {
    return create_task(pool.run(std::forward<F>(fn), std::forward<Args>(args)...));
  }

  // Advanced: for operations and combinators.

  /// Randomness for jitter and shuffles, never for secrets. The test kit seeds it, so that tests repeat.
  Random& random() noexcept { return random_; }

  /// The loop's own S, a LoopService that can be made from a Loop&; made when it is first asked for.
  template <class S>
  S& service() {
    static constexpr char key = 0;
    if (LoopService* found = find_service(&key)) return static_cast<S&>(*found);
    S* made = new S(*this);
    add_service(&key, *made);
    return *made;
  }

  detail::Nanos now() const noexcept;
  /// Its clock, its waiting and its order are those of the test kit.
  bool has_hooks() const noexcept { return hooks_ != nullptr; }
  /// What debug mode keeps; null if it has never been on.
  detail::DebugMode* debug_mode() noexcept { return debug_mode_.get(); }
  void post(detail::Node& node) noexcept { ready_.push_back(node); }
  void start(detail::Strand& strand) noexcept { starts_.push_back(strand); }
  /// From any thread: posts a node, which then belongs to the loop. Allocates nothing; a batch wakes the loop once. A
  /// node that a task of this loop waits for may be the last thing that keeps the loop alive: the loop does not go away
  /// under its poster. False when the loop is closed: the node was discarded, here and now.
  bool post_threadsafe(detail::Node& node) noexcept;
  /// Something outside is at work that will post to this loop: a function in a pool's thread. Virtual clocks then go no
  /// faster than real time, and nothing is a deadlock. Loop's thread.
  void begin_outside_work() noexcept { ++outside_work_; }
  void end_outside_work() noexcept { --outside_work_; }
  std::size_t outside_work() const noexcept { return outside_work_; }
  /// Another thread may well post within a microsecond or two: before it sleeps, the loop looks out for that, once.
  void expect_post() noexcept { expects_post_ = true; }
  detail::TimerWheel& timers() noexcept { return timers_; }
  sys::Poller& poller() noexcept;
  detail::Owner& root_owner() noexcept { return root_; }
  /// Of a task or branch that is observed: what its code alone knows.
  void tell_begin(detail::TaskBase& task, const std::source_location* body) noexcept;
  void tell_cancel(detail::Strand& strand) noexcept;
  void tell_end(detail::Strand& strand, detail::Strand* next) noexcept;
  void run_until(FunctionRef<bool()> finished);

 private:
  static constexpr int kDispatchesPerTurn = 256;
  static constexpr int kLastRounds = 8;  ///< destructors that start tasks whose destructors start tasks …
  static constexpr int kForeignTurns = 16;
  static constexpr int kLooksForPost = 30;  ///< before a sleep that may well not be necessary; about a microsecond
  /// Who looks on; a bit each, so that a loop that nobody looks at tests one word.
  enum Watcher : std::uint32_t { kDebug = 1, kObservers = 2 };
  struct Outside;
  struct Entered;
  friend detail::DebugLayout;
  friend class LoopObserver;

  CallHandle call_at_nanos(detail::Nanos when, UniqueFunction<void()> callback);
  void run_while(FunctionRef<bool()> go_on);
  void dispatch();
  void dispatch_shuffled();
  void dispatch_one(detail::Node& node) noexcept;
  void dispatch_watched(detail::Node& node) noexcept;
  void dispatch_observed(detail::Node& node) noexcept;
  bool ready() const noexcept { return !ready_.empty() || !front_.empty(); }
  bool look_out() noexcept;
  void take_posted() noexcept;
  void take_signals();
  void deliver_signal(int signo);
  detail::Nanos take_in();
  void next_turn();
  void foreign_turn();
  void next_turn_watched();
  void next_turn_observed();
  void end_turn_observed() noexcept;
  void begin_turn_observed();
  void begin_dispatches_observed() noexcept;
  void run_observed(detail::Node& node, detail::Nanos begin) noexcept;
  bool observed() const noexcept { return (watchers_ & kObservers) != 0; }
  void show_tasks(LoopObserver& newcomer);
  void tell_start(detail::Strand& strand, detail::Nanos at) noexcept;
  void tell_starts(detail::Nanos at) noexcept;
  template <class Notify>
  void observe(Notify notify) noexcept;
  void end_observers() noexcept;
  void wait();
  bool idle_now() noexcept;
  void let_foreign_sleep();
  void settle_timers() noexcept;
  detail::Nanos fire_timers() noexcept;
  void check_open(const char* what) const;
  void end_tasks();
  void run_last_callbacks();
  void drain_tasks(bool hard);
  void report_hanging();
  bool nothing_left() noexcept;
  void forget_calls() noexcept;
  void await_posters() noexcept;
  LoopService* find_service(const void* key) const noexcept;
  void add_service(const void* key, LoopService& service);

  // In the order in which a dispatch touches them.
  detail::NodeQueue front_;  ///< started during this turn
  detail::NodeQueue ready_;
  detail::NodeQueue starts_;  ///< started during this dispatch
  std::uint32_t watchers_ = 0;
  bool stopping_ = false;
  bool closed_ = false;
  LoopHooks* hooks_ = nullptr;
  detail::TimerWheel timers_;
  detail::WakePacing pacing_;
  detail::RootOwner root_;
  Owned<Outside> outside_;
  std::size_t outside_work_ = 0;
  bool expects_post_ = false;
  Random random_;
  Owned<detail::DebugMode> debug_mode_;
  Owned<LoopService> services_;  ///< the watchdog's among them, which looks at the debug mode
  Owned<detail::ForeignSleep> foreign_;
  detail::Nanos slow_callback_ = 100'000'000;
  detail::Nanos slow_cleanup_ = 5'000'000'000;
  detail::Nanos shutdown_grace_ = detail::kForever;
  Entered* entered_ = nullptr;  ///< while it runs
  detail::Ring<LoopObserver> observers_;
  detail::Nanos observed_at_ = 0;    ///< the end of the last observed dispatch of this turn
  detail::Nanos turn_ended_at_ = 0;  ///< of the last observed turn
  detail::ListedLoop listed_{*this};
};

/// The loop that runs here; throws RuntimeError when none does.
Loop& get_running_loop();

namespace detail {
/// The loop of a task, running or not.
Loop& loop_for(const TaskBase& task);
/// An error nobody is left to receive: to the running loop's handler, else to stderr.
void report_lost_error(std::string message, std::exception_ptr error) noexcept;
}  // namespace detail

}  // namespace eddy
