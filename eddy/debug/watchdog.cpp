// SPDX-License-Identifier: MIT
//
// 1. `watch` is locked for moments only; never while a thread is asked, a stack is read, or a handler runs.
// 2. A loop is in `watch.loops` from `start` to `leave`, which the loop's thread calls before the loop dies, and which
//    waits until nothing is being said about that loop.
// 3. The thread runs while there are loops. A fork's child has neither the thread nor the loops, and may begin anew.
#include "eddy/debug/watchdog.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#include "eddy/core/debug_mode.h"
#include "eddy/core/error_print.h"
#include "eddy/core/function_name.h"
#include "eddy/core/loop_service.h"
#include "eddy/core/watched_dispatch.h"
#include "eddy/debug/detail/native_stack.h"
#include "eddy/debug/detail/stack_probe.h"
#include "eddy/debug/detail/stack_walk.h"
#include "eddy/sys/clock.h"
#include "eddy/sys/poller.h"
#include "eddy/sys/thread.h"

namespace eddy::debug {
namespace {

using eddy::detail::DebugMode;
using eddy::detail::Nanos;

constexpr Nanos kLooksPerLimit = 4;
constexpr Nanos kPeriodMin = 1'000'000;
constexpr Nanos kPeriodMax = 100'000'000;
/// How long a thread may take to answer: a busy machine may not let it run.
constexpr Nanos kPatience = 500'000'000;

class WatchedLoop;

/// The thread, from the first loop to the last.
class Patrol {
 public:
  Patrol();
  Patrol(const Patrol&) = delete;
  Patrol& operator=(const Patrol&) = delete;
  ~Patrol() { thread_.join(); }

  /// Under the lock.
  void end() noexcept {
    ending_.store(true, std::memory_order_relaxed);
    changed_.notify_all();
  }
  /// Until nothing is being said about the loop, which shall be soon.
  void await_report(const WatchedLoop& loop, std::unique_lock<std::mutex>& lock) noexcept {
    if (reporting_ == &loop) hurry_.store(true, std::memory_order_relaxed);
    changed_.wait(lock, [&] { return reporting_ != &loop; });
  }

 private:
  void run();
  Nanos period() const noexcept;
  void look(std::unique_lock<std::mutex>& lock);
  void look_at(WatchedLoop& watched, std::unique_lock<std::mutex>& lock);
  void report(WatchedLoop& watched, Nanos began, std::unique_lock<std::mutex>& lock);
  ErrorContext describe(const DebugMode& debug, bool asked, Nanos began) const;
  bool go_on() const noexcept {
    return !ending_.load(std::memory_order_relaxed) && !hurry_.load(std::memory_order_relaxed);
  }

  const WatchedLoop* reporting_ = nullptr;  ///< under the lock
  std::atomic<bool> ending_{false};
  std::atomic<bool> hurry_{false};  ///< somebody waits for the end of a report
  std::condition_variable changed_;
  std::thread thread_;
};

/// A loop's place in the watchdog's list.
class WatchedLoop final : public LoopService {
 public:
  explicit WatchedLoop(Loop& loop) noexcept : loop_(loop) {}
  ~WatchedLoop() override { leave(); }

  void start();
  void set_handler(BlockedHandler handler);

 private:
  friend class Patrol;
  void leave() noexcept;

  Loop& loop_;
  bool watched_ = false;
  // Guarded by the lock of `watch`.
  std::shared_ptr<BlockedHandler> handler_;
  Nanos reported_ = 0;  ///< the dispatch that was reported last
  Nanos woken_for_ = 0;
};

struct Watch {
  std::mutex lock;
  std::vector<WatchedLoop*> loops;
  Patrol* patrol = nullptr;
  bool knows_forks = false;
};

/// Never destroyed: when the process exits, other threads may still run their loops.
union Undying {
  constexpr Undying() noexcept : watch() {}
  ~Undying() {}
  Watch watch;
};
constinit Undying undying;
constinit Watch& watch = undying.watch;

// --- the list --------------------------------------------------------------------------------------------------------

void before_fork() { watch.lock.lock(); }
void after_fork() { watch.lock.unlock(); }
void in_the_child() {
  watch.loops.clear();
  watch.patrol = nullptr;  // leaked: its thread is not here, and cannot be joined
  watch.lock.unlock();
}

void WatchedLoop::start() {
  if (watched_ || loop_.has_hooks()) return;
  loop_.debug_mode()->on_enter = detail::let_probes_through;
  const std::lock_guard guard(watch.lock);
  detail::probe_signal();
  detail::let_probes_through();
  if (!std::exchange(watch.knows_forks, true)) ::pthread_atfork(before_fork, after_fork, in_the_child);
  watch.loops.push_back(this);
  watched_ = true;
  if (!watch.patrol) watch.patrol = new Patrol;
}

void WatchedLoop::leave() noexcept {
  std::unique_ptr<Patrol> ended;
  std::unique_lock lock(watch.lock);
  const auto place = std::find(watch.loops.begin(), watch.loops.end(), this);
  if (place == watch.loops.end()) return;
  watch.patrol->await_report(*this, lock);
  std::erase(watch.loops, this);
  if (!watch.loops.empty()) return;
  ended.reset(std::exchange(watch.patrol, nullptr));
  ended->end();
  lock.unlock();
}

void WatchedLoop::set_handler(BlockedHandler handler) {
  auto shared = handler ? std::make_shared<BlockedHandler>(std::move(handler)) : nullptr;
  std::unique_lock lock(watch.lock);
  handler_.swap(shared);
  if (watched_ && watch.patrol) watch.patrol->await_report(*this, lock);
}

// --- the thread ------------------------------------------------------------------------------------------------------

Patrol::Patrol() {
  const sys::BlockSignals block;
  thread_ = std::thread([this] { run(); });
}

void Patrol::run() {
  sys::set_thread_name("eddy-watchdog");
  std::uintptr_t here[4];
  detail::walk_stack(nullptr, here);  // what the first walk has to set up is not for a signal handler
  std::unique_lock lock(watch.lock);
  while (!ending_.load(std::memory_order_relaxed)) {
    changed_.wait_for(lock, std::chrono::nanoseconds(period()));
    look(lock);
  }
}

Nanos Patrol::period() const noexcept {
  Nanos shortest = kPeriodMax;
  for (const WatchedLoop* watched : watch.loops) {
    shortest = std::min(shortest, watched->loop_.debug_mode()->slow_callback() / kLooksPerLimit);
  }
  return std::max(shortest, kPeriodMin);
}

// The list may change while one of the loops is reported: the others have their turn at the next look.
void Patrol::look(std::unique_lock<std::mutex>& lock) {
  for (std::size_t i = 0; i < watch.loops.size() && !ending_.load(std::memory_order_relaxed); ++i) {
    look_at(*watch.loops[i], lock);
  }
}

void Patrol::look_at(WatchedLoop& watched, std::unique_lock<std::mutex>& lock) {
  const DebugMode& debug = *watched.loop_.debug_mode();
  const Nanos now = sys::monotonic_now();
  const Nanos next_look = debug.next_look();
  if (next_look <= now && watched.woken_for_ != next_look) {
    watched.woken_for_ = next_look;
    watched.loop_.poller().wake();
  }
  const Nanos began = debug.began();
  if (began == 0 || began == watched.reported_ || now - began < debug.slow_callback()) return;
  watched.reported_ = began;
  report(watched, began, lock);
}

void tell(BlockedHandler* handler, const ErrorContext& context) noexcept {
  if (!handler) return eddy::detail::print_error(context, true);
  try {
    (*handler)(context);
  } catch (...) {
    eddy::detail::print_error(context, true);
    eddy::detail::print_error(ErrorContext("exception in the blocked handler", std::current_exception()), true);
  }
}

void Patrol::report(WatchedLoop& watched, Nanos began, std::unique_lock<std::mutex>& lock) {
  const bool asked = detail::send_probe({&watched.loop_, watched.loop_.debug_mode()->thread(), began});
  const auto handler = watched.handler_;
  reporting_ = &watched;
  lock.unlock();
  const ErrorContext context = describe(*watched.loop_.debug_mode(), asked, began);
  if (!context.message.empty()) tell(handler.get(), context);
  lock.lock();
  reporting_ = nullptr;
  hurry_.store(false, std::memory_order_relaxed);
  changed_.notify_all();
}

std::string who(bool answered, const detail::StackAnswer& answer) {
  if (!answered) return "something";
  return answer.task.empty() ? "a callback" : "task '" + answer.task + "'";
}

std::string where(const detail::StackAnswer& answer, const std::vector<detail::NativeFrame>& frames) {
  const std::string place = detail::place_text(frames);
  if (!place.empty()) return ", " + place;
  return answer.from.line() > 0 ? ", since " + eddy::detail::place_text(answer.from) : "";
}

// Empty if it has ended before it could be asked.
ErrorContext Patrol::describe(const DebugMode& debug, bool asked, Nanos began) const {
  const Nanos deadline = sys::monotonic_now() + kPatience;
  detail::StackAnswer answer;
  const bool answered = asked && detail::await_answer(answer, [&] {
                          return go_on() && debug.began() == began && sys::monotonic_now() < deadline;
                        });
  if (!answered && (!go_on() || debug.began() != began)) return {ErrorKind::blocked, ""};
  const Nanos lasts = sys::monotonic_now() - began;
  const auto frames = detail::native_frames(answer.code, answer.left_out, [this] { return go_on(); });
  return {ErrorKind::blocked,
          who(answered, answer) + " has been running for " + std::to_string(lasts / 1'000'000) +
              " ms without awaiting" + where(answer, frames) + detail::frame_lines(frames),
          answer.from};
}

}  // namespace

void set_blocked_handler(Loop& loop, BlockedHandler handler) {
  loop.service<WatchedLoop>().set_handler(std::move(handler));
}

void start_watchdog(Loop& loop) {
  if (loop.debug_mode()) loop.service<WatchedLoop>().start();
}

}  // namespace eddy::debug
