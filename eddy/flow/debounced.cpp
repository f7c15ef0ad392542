// SPDX-License-Identifier: MIT
//
// 1. `working` exactly while there is a worker: from the first call until none is due and none runs.
// 2. The worker shares the state, because it may outlive the Debounced.
#include "eddy/flow/debounced.h"

#include <cstdint>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/sync/event.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace detail {

class DebounceState {
 public:
  DebounceState(Duration quiet, UniqueFunction<Task<>()> f) : quiet_(quiet), f_(std::move(f)) {}

  /// A call; true when a worker is needed.
  bool call() {
    due_ = later(now(), quiet_);
    armed_ = true;
    return !std::exchange(working_, true);
  }
  void forget() noexcept {
    armed_ = false;
    changed_.set();
  }
  bool armed() const noexcept { return armed_; }

  static Task<> work(Counted<DebounceState> state) {
    ScopeGuard end([&] { state->end_work(); });
    while (state->armed_) {
      const Duration left = state->due_ - now();
      if (left > Duration::zero()) {
        state->changed_.clear();
        co_await try_for(state->changed_.wait(), left);
      } else {
        co_await state->run();
      }
    }
  }

  static Task<> flush(Counted<DebounceState> state, TaskHandle<> worker) {
    if (worker && current_task() == worker) throw RuntimeError("Debounced::flush: called from inside its own function");
    const std::uint64_t last = state->begun_ + (state->armed_ ? 1 : 0);
    if (state->armed_) state->due_ = now();
    state->changed_.set();
    while (state->working_ && state->ended_ < last) co_await state->turned_.wait();
  }

  /// Also for a worker that was cancelled before it began.
  void end_work() noexcept {
    working_ = false;
    turn();
  }

 private:
  Task<> run() {
    armed_ = false;
    ++begun_;
    auto ended = co_await outcome(f_());
    if (ended.error()) report_lost_error("error in a debounced call", ended.error());
    ++ended_;
    turn();
  }

  void turn() noexcept {
    turned_.set();
    turned_.clear();
  }

  Duration quiet_;
  UniqueFunction<Task<>()> f_;
  TimePoint due_;
  bool armed_ = false;
  bool working_ = false;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  Event changed_;  ///< for the worker: look again
  Event turned_;   ///< for those who flush
};

}  // namespace detail

using detail::DebounceState;

Debounced::Debounced(Duration quiet, Function f, int)
    : state_(detail::Counted<DebounceState>::make(quiet, std::move(f))) {}

Debounced::Debounced(Debounced&& other) noexcept = default;

Debounced& Debounced::operator=(Debounced&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(worker_, other.worker_);
  return *this;
}

Debounced::~Debounced() {
  if (!state_) return;
  cancel();
  if (worker_) worker_.cancel("its Debounced was destroyed");
  state_->end_work();
}

void Debounced::operator()() {
  detail::require_loop("Debounced");
  if (state_->call()) worker_ = create_task(DebounceState::work(state_));
}

Task<> Debounced::flush() { return DebounceState::flush(state_, worker_); }

void Debounced::cancel() noexcept { state_->forget(); }

Task<> Debounced::aclose() {
  cancel();
  if (worker_) co_await cancel_and_wait(worker_);
  cancel();
  state_->end_work();
}

bool Debounced::pending() const noexcept { return state_->armed(); }

}  // namespace eddy
