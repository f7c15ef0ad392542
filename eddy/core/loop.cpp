// SPDX-License-Identifier: MIT
#include "eddy/core/loop.h"

#include <atomic>
#include <bit>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>

#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/base/pause.h"
#include "eddy/core/debug_mode.h"
#include "eddy/core/detail/entered.h"
#include "eddy/core/detail/foreign_sleep.h"
#include "eddy/core/detail/inbox.h"
#include "eddy/core/error_print.h"
#include "eddy/core/loop_observer.h"
#include "eddy/core/running.h"
#include "eddy/sys/clock.h"
#include "eddy/sys/entropy.h"
#include "eddy/sys/poller.h"
#include "eddy/sys/signals.h"

namespace eddy {

namespace detail {

constinit thread_local Running running;

namespace {
constexpr std::uint32_t kReadyAwaitsPerDispatch = 64;
}

Loop& require_loop(const char* what) {
  if (!running.loop) {
    throw RuntimeError(std::string(what) + ": no loop is running on this thread; call it from a task, under eddy::run");
  }
  return *running.loop;
}

void drive(Step next) noexcept {
  while (next) {
    Step::Act act = next.act();
    if (act == Step::kResumeCoroutine) [[likely]] {
      running.pending = Step::none();
      if constexpr (kTransfersMax != kUnlimited) running.transfers = 0;
      next.coroutine()->handle().resume();
      next = running.pending;
    } else if (act == Step::kResumeReceiver) [[likely]] {
      next = next.receiver()->child_done();
    } else if (act == Step::kUnwindCoroutine) {
      if (running.strand->root.has(CancelScope::kHosts) && park_unwinding(*running.strand, next.to())) return;
      Cont parent = next.coroutine()->parent.untagged();
      next.coroutine()->handle().destroy();
      next = Step::unwind(parent);
    } else {
      next = next.receiver()->child_cancelled();
    }
  }
}

Loop& loop_for(const TaskBase& task) {
  if (running.loop) return *running.loop;
  if (task.done()) throw RuntimeError("task '" + task.name() + "' is done and no loop is running that could call back");
  return loop_of(task);
}

void report_lost_error(std::string message, std::exception_ptr error) noexcept {
  ErrorContext context(std::move(message), std::move(error));
  if (running.loop) {
    running.loop->call_exception_handler(context);
  } else {
    print_error(context, false);
  }
}

void Call::run() noexcept {
  running.strand = nullptr;
  if (UniqueFunction<void()> callback = std::move(callback_)) {
    try {
      callback();
    } catch (...) {
      loop_.call_exception_handler(ErrorContext("exception in callback", std::current_exception()));
    }
  }
  unref();
}

void Call::fire() noexcept {
  timed = false;
  loop_.post(*this);
}

void Call::cancel() noexcept {
  UniqueFunction<void()> dropped = std::move(callback_);  // dies last: it may hold the handle that keeps us
  cancelled_ = true;
  if (!timed) return;
  timed = false;
  loop_.timers().remove(*this);
  loop_.post(*this);  // to be let go there
}

}  // namespace detail

using detail::Nanos;
using detail::running;

/// What reaches the loop from outside of its thread: the kernel, other threads, signals.
struct Loop::Outside {
  /// The callbacks are shared since one may remove or replace itself.
  struct SignalHandler {
    SignalHandler(int signo, Outside& outside) : watch(signo, outside.signals, *outside.poller) {}
    std::shared_ptr<UniqueFunction<void()>> callback;
    std::shared_ptr<UniqueFunction<void()>> cover;
    sys::SignalWatch watch;
  };

  explicit Outside(LoopHooks* hooks) : poller(sys::make_poller().release()) {
    if (hooks) poller = hooks->wrap_poller(std::move(poller));
  }

  SignalHandler* find_handler(int signo) noexcept {
    for (auto& handler : signal_handlers) {
      if (handler->watch.signo() == signo) return handler.get();
    }
    return nullptr;
  }

  SignalHandler& handler_for(int signo) {
    if (SignalHandler* handler = find_handler(signo)) return *handler;
    signal_handlers.push_back(std::make_unique<SignalHandler>(signo, *this));
    uncovered &= ~sys::signal_bit(signo);
    return *signal_handlers.back();
  }

  /// The process has its own way with the signal again, when nobody here wants it.
  void drop_unused(const SignalHandler& unused) {
    if (unused.callback || unused.cover) return;
    std::erase_if(signal_handlers, [&](const auto& handler) { return handler.get() == &unused; });
  }

  Owned<sys::Poller> poller;
  std::vector<std::unique_ptr<SignalHandler>> signal_handlers;
  std::shared_ptr<ExceptionHandler> exception_handler;  ///< null for the default; shared since it may replace itself
  detail::Inbox<detail::Node> posted;
  std::atomic<std::uint64_t> signals{0};
  std::uint64_t uncovered = 0;  ///< signals whose handling ended with their cover
};

std::uint64_t LoopHooks::seed() noexcept { return sys::entropy(); }

Owned<sys::Poller> LoopHooks::wrap_poller(Owned<sys::Poller> real) { return real; }

Loop::Loop() : Loop(nullptr) {}

Loop::Loop(LoopHooks* hooks)
    : hooks_(hooks),
      timers_(hooks ? hooks->now() : sys::monotonic_now()),
      root_(*this),
      outside_(new Outside(hooks)),
      random_(hooks ? hooks->seed() : sys::entropy()) {
  const char* debug = std::getenv("EDDY_DEBUG");
  set_debug(debug && *debug && *debug != '0');
}

Loop::~Loop() {
  try {
    close();
  } catch (...) {  // the hooks gave up even on the hard cancel
    call_exception_handler(
        ErrorContext("tasks could not be ended when their loop was destroyed", std::current_exception()));
  }
  await_posters();
}

sys::Poller& Loop::poller() noexcept { return *outside_->poller; }

Nanos Loop::now() const noexcept { return hooks_ ? hooks_->now() : sys::monotonic_now(); }

TimePoint now() { return running.loop ? running.loop->time() : detail::to_time_point(sys::monotonic_now()); }

Loop& get_running_loop() {
  if (!running.loop) throw RuntimeError("no running event loop: this must be called from a task or a callback");
  return *running.loop;
}

void Loop::check_open(const char* what) const {
  if (closed_) throw RuntimeError(std::string(what) + ": event loop is closed");
  if (entered_) throw RuntimeError(std::string(what) + ": this event loop is already running");
  if (running.loop) {
    throw RuntimeError(std::string(what) + " cannot be called from a running event loop: co_await the task instead");
  }
}

// --- running ---------------------------------------------------------------------------------------------------------

void Loop::run_forever() {
  check_open("run_forever()");
  run_while([] { return true; });
}

void Loop::run_until(FunctionRef<bool()> finished) {
  run_while([&] { return !finished(); });
}

void Loop::run_while(FunctionRef<bool()> go_on) {
  Entered entered(*this);
  for (;;) {
    dispatch();
    if (stopping_ || !go_on()) break;
    next_turn();
  }
  if (observed()) end_turn_observed();
  poller().rest();
}

void Loop::next_turn() {
  if (watchers_ != 0) [[unlikely]]
    return next_turn_watched();
  wait();
  take_in();
}

/// Returns by how much the first timer was late.
Nanos Loop::take_in() {
  take_posted();
  take_signals();
  return fire_timers();
}

void Loop::dispatch() {
  if (observed()) [[unlikely]]
    begin_dispatches_observed();
  front_.append(std::move(starts_));  // tasks created outside of a dispatch
  if (hooks_ && hooks_->shuffles()) return dispatch_shuffled();
  for (int i = 0; i < kDispatchesPerTurn; ++i) {
    detail::Node* node = front_.pop_front();
    if (!node) node = ready_.pop_front();
    if (!node) return;
    dispatch_one(*node);
    front_.prepend(std::move(starts_));
  }
  ready_.append(std::move(front_));
}

void Loop::dispatch_shuffled() {
  std::vector<detail::Node*> nodes;
  ready_.append(std::move(front_));
  while (detail::Node* node = ready_.pop_front()) nodes.push_back(node);
  hooks_->shuffle(nodes);
  for (detail::Node* node : nodes) ready_.push_back(*node);
  for (std::size_t left = nodes.size(); left > 0; --left) {
    dispatch_one(*ready_.pop_front());
    ready_.append(std::move(starts_));
  }
}

void Loop::dispatch_one(detail::Node& node) noexcept {
  running.budget = detail::kReadyAwaitsPerDispatch;
  if (watchers_ != 0) [[unlikely]] {
    dispatch_watched(node);
  } else {
    node.run();
  }
}

void Loop::dispatch_watched(detail::Node& node) noexcept {
  if (observed()) {
    dispatch_observed(node);
  } else {
    debug_mode_->dispatch(node);
  }
}

void Loop::next_turn_watched() {
  if (get_debug()) debug_mode_->rest();
  if (observed()) {
    next_turn_observed();
  } else {
    wait();
    take_in();
  }
  if (get_debug()) debug_mode_->look_at_cleanups();
}

bool Loop::idle_now() noexcept {
  settle_timers();
  return !ready() && starts_.empty() && outside_->posted.empty() && !stopping_ &&
         outside_->signals.load(std::memory_order_relaxed) == 0;
}

// A run inside another program's loop: as `run_while`, but whoever called us sleeps.
void Loop::run_ready() {
  check_open("run_ready()");
  if (hooks_) throw RuntimeError("run_ready(): a loop on a virtual clock cannot be part of another program's loop");
  {
    Entered entered(*this);
    for (int turn = 0; turn < kForeignTurns; ++turn) {
      foreign_turn();
      if (idle_now()) break;
    }
    let_foreign_sleep();
  }
}

void Loop::foreign_turn() {
  poller().wait(0);
  if (observed()) {
    begin_turn_observed();
  } else {
    take_in();
  }
  if (get_debug()) debug_mode_->look_at_cleanups();
  dispatch();
  if (observed()) end_turn_observed();
}

int Loop::fd() {
  if (!foreign_) {
    foreign_ = Owned<detail::ForeignSleep>(new detail::ForeignSleep(poller().fd()));
    foreign_->wake_at(0);  // until the first run_ready has armed it
  }
  return foreign_->fd();
}

void Loop::let_foreign_sleep() {
  if (!foreign_) return;
  if (!idle_now() || !poller().prepare_to_sleep() || !outside_->posted.empty()) return foreign_->wake_at(0);
  foreign_->wake_at(timers_.empty() ? detail::kForever : timers_.next());
}

void Loop::wait() {
  if (!idle_now() || (expects_post_ && look_out())) return poller().wait(0);
  Nanos deadline = timers_.empty() ? detail::kForever : timers_.next();
  if (hooks_) return hooks_->idle(poller(), deadline);
  if (deadline == detail::kForever) return poller().wait(-1);
  Nanos left = pacing_.wake_at(deadline) - now();
  poller().wait(left > 0 ? left : 0);
}

/// To sleep and to be woken costs more than what may well be over before. True if it is.
bool Loop::look_out() noexcept {
  expects_post_ = false;
  for (int i = 0; i < kLooksForPost; ++i) {
    if (!outside_->posted.empty()) return true;
    detail::pause_processor();
  }
  return false;
}

void Loop::settle_timers() noexcept {
  if (!timers_.settled()) timers_.settle(now());
}

Nanos Loop::fire_timers() noexcept {
  if (timers_.empty()) return 0;
  Nanos at = now();
  Nanos late = 0;
  std::size_t fired = 0;
  for (; detail::TimerOp* timer = timers_.pop_due(at); ++fired) {
    if (fired == 0) late = at - timer->when;
    timer->fire();
  }
  if (fired > 0) pacing_.fired(at, fired);
  return late;
}

// --- callbacks -------------------------------------------------------------------------------------------------------

CallHandle Loop::call_soon(UniqueFunction<void()> callback) {
  if (closed_) throw RuntimeError("call_soon(): event loop is closed");
  auto* call = new detail::Call(*this, std::move(callback));
  post(*call);
  return CallHandle(call);
}

CallHandle Loop::call_at_nanos(Nanos when, UniqueFunction<void()> callback) {
  if (closed_) throw RuntimeError("call_later(): event loop is closed");
  auto* call = new detail::Call(*this, std::move(callback));
  call->when = when;
  call->timed = true;
  timers_.add(*call);
  return CallHandle(call);
}

void Loop::call_soon_threadsafe(UniqueFunction<void()> callback) {
  if (!post_threadsafe(*new detail::Call(*this, std::move(callback)))) {
    throw RuntimeError("call_soon_threadsafe(): event loop is closed");
  }
}

bool Loop::post_threadsafe(detail::Node& node) noexcept {
  using Push = decltype(outside_->posted)::Push;
  Push pushed = outside_->posted.push(node);
  if (pushed == Push::kRefused) {
    node.discard();
    return false;
  }
  if (pushed == Push::kFirst) {
    poller().wake();
    outside_->posted.woken();
  }
  return true;
}

void Loop::take_posted() noexcept {
  outside_->posted.take([this](detail::Node& node) { post(node); });
}

// --- signals ---------------------------------------------------------------------------------------------------------

void Loop::add_signal_handler(int signo, UniqueFunction<void()> callback) {
  if (closed_) throw RuntimeError("add_signal_handler(): event loop is closed");
  auto shared = std::make_shared<UniqueFunction<void()>>(std::move(callback));
  outside_->handler_for(signo).callback.swap(shared);
}

bool Loop::remove_signal_handler(int signo) {
  Outside::SignalHandler* handler = outside_->find_handler(signo);
  if (!handler || !handler->callback) return false;
  const auto removed = std::exchange(handler->callback, nullptr);
  outside_->drop_unused(*handler);
  return true;
}

void Loop::cover_signal_handler(int signo, UniqueFunction<void()> callback) {
  if (closed_) throw RuntimeError("cover_signal_handler(): event loop is closed");
  auto shared = std::make_shared<UniqueFunction<void()>>(std::move(callback));
  outside_->handler_for(signo).cover.swap(shared);
}

void Loop::uncover_signal_handler(int signo) {
  Outside::SignalHandler* handler = outside_->find_handler(signo);
  if (!handler) return;
  const auto removed = std::exchange(handler->cover, nullptr);
  if (!handler->callback) outside_->uncovered |= sys::signal_bit(signo);
  outside_->drop_unused(*handler);
}

void Loop::take_signals() {
  if (outside_->signals.load(std::memory_order_relaxed) == 0) return;
  std::uint64_t arrived = outside_->signals.exchange(0, std::memory_order_acquire);
  for (; arrived != 0; arrived &= arrived - 1) {
    call_soon([this, signo = std::countr_zero(arrived) + 1] { deliver_signal(signo); });
  }
}

void Loop::deliver_signal(int signo) {
  Outside::SignalHandler* handler = outside_->find_handler(signo);
  if (!handler) {
    if ((outside_->uncovered & sys::signal_bit(signo)) != 0) ::kill(::getpid(), signo);
    return;
  }
  const auto callback = handler->cover ? handler->cover : handler->callback;
  (*callback)();
}

// --- debug mode ------------------------------------------------------------------------------------------------------

void Loop::set_debug(bool on) {
  if (on && !debug_mode_) debug_mode_ = make_owned<detail::DebugMode>(*this);
  watchers_ = (watchers_ & kObservers) | (on ? kDebug : 0U);
  if (!debug_mode_) return;
  if (!on) debug_mode_->rest();
  if (on && entered_) debug_mode_->enter();
}

void Loop::set_slow_callback(Duration limit) noexcept {
  slow_callback_ = limit.count();
  if (debug_mode_) debug_mode_->limit_changed();
}

// --- errors ----------------------------------------------------------------------------------------------------------

void Loop::default_exception_handler(Loop& loop, const ErrorContext& context) {
  detail::print_error(context, loop.get_debug());
}

void Loop::set_exception_handler(ExceptionHandler handler) {
  auto replaced = handler ? std::make_shared<ExceptionHandler>(std::move(handler)) : nullptr;
  outside_->exception_handler.swap(replaced);
}

void Loop::call_exception_handler(const ErrorContext& context) noexcept {
  auto handler = outside_->exception_handler;
  if (!handler) return default_exception_handler(*this, context);
  try {
    (*handler)(*this, context);
  } catch (...) {
    default_exception_handler(*this, context);
    default_exception_handler(*this, ErrorContext("exception in the exception handler", std::current_exception()));
  }
}

// --- closing ---------------------------------------------------------------------------------------------------------

void Loop::close() {
  if (closed_) return;
  if (entered_) throw RuntimeError("close(): cannot close a running event loop; stop() it first");
  bool tasks_left = has_tasks();
  end_tasks();
  if (tasks_left) run_last_callbacks();
  outside_->signal_handlers.clear();
  while (services_) services_ = std::move(services_->next_);
  for (int i = 0; i < kLastRounds; ++i) {
    forget_calls();
    if (nothing_left() && starts_.empty()) break;
    end_tasks();  // a callback started them when it was dropped
  }
  closed_ = true;
  end_observers();
  outside_->posted.close([](detail::Node& node) { node.discard(); });
}

// What the last tasks have left in the queue, done callbacks above all. What these leave there is dropped.
void Loop::run_last_callbacks() {
  bool done = false;
  call_soon([&] { done = true; });
  run_until([&] { return done; });
  end_tasks();
}

LoopService* Loop::find_service(const void* key) const noexcept {
  LoopService* service = services_.get();
  while (service && service->key_ != key) service = service->next_.get();
  return service;
}

void Loop::add_service(const void* key, LoopService& service) {
  Owned<LoopService> owned(&service);
  if (closed_) throw RuntimeError("event loop is closed: nothing can be started on it any more");
  service.key_ = key;
  service.next_ = std::move(services_);
  services_ = std::move(owned);
}

// Somebody whose node has run already may not have come back from waking us.
void Loop::await_posters() noexcept {
  while (!outside_->posted.quiet()) std::this_thread::yield();
}

// Only what nobody waits for is left: callbacks. Destroying one may schedule another.
void Loop::forget_calls() noexcept {
  for (;;) {
    take_posted();
    settle_timers();
    detail::Node* node = ready_.pop_front();
    if (!node) node = timers_.pop_due(detail::kForever);
    if (!node) return;
    node->discard();
  }
}

void Loop::end_tasks() {
  root_.flags |= detail::CancelScope::kEffective;  // what is started from now on never runs
  if (nothing_left()) return;
  if (get_debug()) debug_mode_->report_never_run(root_);
  {
    detail::OnLoop on(*this);
    detail::cancel_kids(root_);
  }
  try {
    drain_tasks(false);
  } catch (...) {
    if (!hooks_) throw;
    // They gave up: nothing can ever end by itself.
  }
  if (nothing_left()) return;
  report_hanging();
  root_.flags |= detail::CancelScope::kHard;
  detail::OnLoop on(*this);
  detail::cancel_kids(root_, true);
  drain_tasks(true);
}

void Loop::drain_tasks(bool hard) {
  Nanos begin = now();
  CallHandle wake_up;
  if (!hard && shutdown_grace_ != detail::kForever) {
    wake_up = call_at_nanos(detail::saturating_add(begin, shutdown_grace_), [] {});
  }
  auto grace_is_over = [&] {
    return !hard && shutdown_grace_ != detail::kForever && now() >= detail::saturating_add(begin, shutdown_grace_);
  };
  run_until([&] { return nothing_left() || grace_is_over(); });
  wake_up.cancel();
}

bool Loop::has_tasks() const noexcept {
  if (!root_.kids.empty()) return true;
  for (detail::Detached* object = root_.objects.front(); object; object = root_.objects.after(*object)) {
    if (!object->kids.empty()) return true;
  }
  return false;
}

// Objects that own tasks and belong to no task any more end with the loop: their tasks are its own from then on.
bool Loop::nothing_left() noexcept {
  while (detail::Detached* object = root_.objects.front()) object->leave_loop();
  return root_.kids.empty();
}

void Loop::report_hanging() {
  for (detail::Strand* kid = root_.kids.front(); kid; kid = root_.kids.after(*kid)) {
    auto& task = static_cast<detail::TaskBase&>(*kid);
    const std::source_location where = detail::place_of(task);
    call_exception_handler(ErrorContext(
        ErrorKind::destroyed_pending,
        "task '" + task.name() + "' is still cleaning up after the loop was told to close" +
            (where.line() > 0 ? ", at " + detail::place_text(where) : "") + "; cancelling it through its shields",
        where));
  }
}

}  // namespace eddy
