// SPDX-License-Identifier: MIT
#include "eddy/test/interleavings.h"

#include <ucontext.h>

#include <algorithm>

#include "eddy/base/sanitizers.h"

namespace eddy::test {
namespace {

constexpr std::size_t kStackBytes = 64 * 1024;

thread_local Schedule* current = nullptr;

// The next order in depth-first order; false after the last.
bool advance(std::vector<Schedule::Choice>& choices) {
  while (!choices.empty() && choices.back().taken + 1 == choices.back().options) choices.pop_back();
  if (choices.empty()) return false;
  ++choices.back().taken;
  return true;
}

}  // namespace

struct Schedule::Fiber {
  explicit Fiber(std::function<void()> what) : body(std::move(what)), stack(new char[kStackBytes]) {}
  std::function<void()> body;
  std::function<bool()> ready;  ///< empty: it can go on
  bool done = false;
  std::unique_ptr<char[]> stack;
  ucontext_t context{};
};

struct Schedule::Director {
  ucontext_t context{};
};

Schedule::Schedule(std::vector<Choice>& choices, std::size_t preemptions_max)
    : choices_(choices), preemptions_max_(preemptions_max), director_(new Director) {}
Schedule::~Schedule() = default;

void Schedule::actor(std::function<void()> body) {
  auto fiber = std::make_unique<Fiber>(std::move(body));
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.get();
  fiber->context.uc_stack.ss_size = kStackBytes;
  fiber->context.uc_link = &director_->context;
  makecontext(&fiber->context, &Schedule::enter, 0);
  fibers_.push_back(std::move(fiber));
}

void Schedule::enter() {
  Fiber& self = *current->running_;
  self.body();
  self.done = true;
}

bool Schedule::run() {
  current = this;
  std::size_t preemptions = 0;
  for (std::size_t depth = 0;; ++depth) {
    std::vector<Fiber*> options = able(preemptions_max_ - preemptions);
    if (options.empty()) break;
    if (depth == choices_.size()) choices_.push_back({0, options.size()});
    running_ = options[choices_[depth].taken];
    if (running_ != options.front() && options.front() == last_) ++preemptions;
    last_ = running_;
    running_->ready = nullptr;
    swapcontext(&director_->context, &running_->context);
    running_ = nullptr;
  }
  current = nullptr;
  return std::all_of(fibers_.begin(), fibers_.end(), [](const auto& fiber) { return fiber->done; });
}

/// Who can go on; first the one that ran last.
std::vector<Schedule::Fiber*> Schedule::able(std::size_t preemptions_left) const {
  std::vector<Fiber*> able;
  for (const auto& fiber : fibers_) {
    if (!fiber->done && (!fiber->ready || fiber->ready())) able.push_back(fiber.get());
  }
  auto last = std::find(able.begin(), able.end(), last_);
  if (last == able.end()) return able;
  std::iter_swap(able.begin(), last);
  if (preemptions_left == 0) able.resize(1);
  return able;
}

void Schedule::give_up_turn() { swapcontext(&running_->context, &director_->context); }

void Schedule::step() {
  if (current && current->running_) current->give_up_turn();
}

void Schedule::wait_until(std::function<bool()> ready) {
  current->running_->ready = std::move(ready);
  current->give_up_turn();
}

std::size_t explore(FunctionRef<bool(Schedule&)> make_case, std::size_t preemptions_max) {
  std::vector<Schedule::Choice> choices;
  std::size_t count = 0;
  bool go_on = true;
  do {
    Schedule schedule(choices, preemptions_max);
    go_on = make_case(schedule);
    ++count;
  } while (go_on && advance(choices));
  return count;
}

bool can_explore() noexcept { return !eddy::detail::kSanitized; }

}  // namespace eddy::test
