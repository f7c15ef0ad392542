// SPDX-License-Identifier: MIT
#include "eddy/threads/runtime.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/core/run.h"
#include "eddy/threads/detail/remote_op.h"
#include "eddy/threads/loop_thread.h"

namespace eddy {
namespace detail {
namespace {

/// Waits on the loop of `Runtime::run` until all tasks have ended. Cancelled, it cancels them and waits on.
class RuntimeEnd final : public RemoteOp, public AwaitLeaf<RuntimeEnd> {
 public:
  explicit RuntimeEnd(RuntimeState& state) noexcept : state_(state) {}
  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void take() const noexcept {}
  void tell() noexcept { send_home(); }

 private:
  bool arrive() noexcept override { return !cancelled_; }
  RuntimeState& state_;
  bool cancelled_ = false;
};

}  // namespace

/// 1. Everything belongs to the mutex. A task is in `tasks_`, with a reference of ours, from its start to its end.
/// 2. Cancelling posts to a loop under the mutex: a task can leave `tasks_` only under it, and the loops end last.
///    Starting does not: a loop that is closed ends the task then and there.
class RuntimeState {
 public:
  explicit RuntimeState(std::size_t loops) {
    for (std::size_t i = 0; i < loops; ++i) threads_.emplace_back("eddy-loop-" + std::to_string(i));
  }
  ~RuntimeState() {
    stop();
    {
      std::unique_lock lock(mutex_);
      empty_.wait(lock, [this] { return tasks_.empty(); });
    }
    threads_.clear();
    if (error_) report_lost_error("error of a Runtime whose run() was not called", std::move(error_));
  }

  std::vector<LoopThread>& threads() noexcept { return threads_; }

  void start(RuntimeTask& task, Loop& loop) {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) {
        task.unref();
        throw RuntimeError("Runtime::spawn_on(): the runtime was stopped, or a task of it failed");
      }
      task.bind(loop);
      tasks_.push_back(task);
    }
    task.post();  // ends it, and so takes the mutex, if the loop is closed
  }

  void ended(RuntimeTask& task, std::exception_ptr error) noexcept {
    {
      const std::lock_guard lock(mutex_);
      tasks_.erase(task);
      if (error && !error_) {
        error_ = std::exchange(error, nullptr);
        cancel_all("another task of the runtime failed");
      }
      if (tasks_.empty()) {
        if (waiter_) std::exchange(waiter_, nullptr)->tell();
        empty_.notify_all();
      }
    }
    task.unref();
    if (error) report_lost_error("another task of the runtime failed", std::move(error));
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    cancel_all("the runtime was stopped");
  }

  void begin_run() {
    const std::lock_guard lock(mutex_);
    if (running_) throw RuntimeError("Runtime::run(): another thread is in it already; one waits for the end");
    running_ = true;
  }
  void end_run() noexcept {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }

  bool wait(RuntimeEnd& waiter) {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) return true;
    waiter_ = &waiter;
    return false;
  }

  void rethrow() {
    std::exception_ptr error;
    {
      const std::lock_guard lock(mutex_);
      error = std::exchange(error_, nullptr);
    }
    if (error) std::rethrow_exception(error);
  }

 private:
  void cancel_all(const char* reason) {
    stopped_ = true;
    for (RuntimeTask* task = tasks_.front(); task; task = tasks_.after(*task)) task->request_cancel(reason);
  }

  std::mutex mutex_;
  std::condition_variable empty_;
  Ring<RuntimeTask> tasks_;
  RuntimeEnd* waiter_ = nullptr;
  std::exception_ptr error_;
  bool stopped_ = false;
  bool running_ = false;
  std::vector<LoopThread> threads_;
};

namespace {

Step RuntimeEnd::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont)) return Step::none();
  if (state_.wait(*this)) {
    recall();
    grant();
  }
  return Step::none();
}

void RuntimeEnd::cancel() noexcept {
  if (state() != kArmed || std::exchange(cancelled_, true)) return;
  state_.stop();
}

Task<> wait_for_end(RuntimeState& state) { co_await RuntimeEnd(state); }

}  // namespace

void RuntimeTask::ended(TaskBase& task) noexcept {
  task.mark_retrieved();
  state_.ended(*this, task.error());
}

void RuntimeTask::never_ran(std::exception_ptr why) noexcept { state_.ended(*this, std::move(why)); }

}  // namespace detail

Runtime::Runtime() : Runtime(Exactly{}, std::max<std::size_t>(std::thread::hardware_concurrency(), 1)) {}

Runtime::Runtime(Exactly, std::size_t loops) : state_(new detail::RuntimeState(loops)) {}

Runtime::~Runtime() = default;

std::size_t Runtime::size() const noexcept { return state_->threads().size(); }

Loop& Runtime::loop(std::size_t index) {
  if (index >= size()) {
    throw RuntimeError("Runtime: there is no loop " + std::to_string(index) + ", only 0 to " +
                       std::to_string(size() - 1));
  }
  return state_->threads()[index].loop();
}

void Runtime::start(std::size_t index, detail::RuntimeTask* task) {
  if (index >= size()) task->unref();
  Loop& on = loop(index);  // throws then
  state_->start(*task, on);
}

void Runtime::stop() { state_->stop(); }

void Runtime::run() {
  state_->begin_run();
  const ScopeGuard ended([this] { state_->end_run(); });
  eddy::run(detail::wait_for_end(*state_));
  state_->rethrow();
}

}  // namespace eddy
