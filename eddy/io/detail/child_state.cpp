// SPDX-License-Identifier: MIT
#include "eddy/io/detail/child_state.h"

#include <algorithm>
#include <csignal>

#include <poll.h>

#include "eddy/core/loop.h"
#include "eddy/sys/clock.h"
#include "eddy/sys/poller.h"

namespace eddy::detail {

namespace {

constexpr std::chrono::milliseconds kLookAgainAfter{10};

}  // namespace

std::shared_ptr<ChildState> ChildState::start(const sys::ChildPlan& plan, std::chrono::nanoseconds grace) {
  ChildKeeper& keeper = require_loop("starting a process").service<ChildKeeper>();
  auto child = std::make_shared<ChildState>(plan, grace);
  child->self_ = child;
  child->keeper_ = &keeper;
  keeper.children_.push_back(*child);
  child->Operation::fd = child->child_.pidfd();
  keeper.loop_.poller().submit(*child);
  return child;
}

void ChildState::complete() noexcept {
  if (auto end = child_.ended()) return finish(*end);
  if (result >= 0) return look_again_later();
  finish(child_.end_hard());  // nobody would tell us of its end
}

// Its descriptor is readable all the while: to wait for that would be to spin.
void ChildState::look_again_later() noexcept {
  if (keeper_->closing_) {
    ::poll(nullptr, 0, static_cast<int>(kLookAgainAfter.count()));
    return keeper_->loop_.poller().submit(*this);
  }
  look_again_.armed = true;
  keeper_->loop_.timers().add_after(look_again_, std::chrono::nanoseconds(kLookAgainAfter).count());
}

void ChildState::LookAgain::fire() noexcept {
  armed = false;
  child.keeper_->loop_.poller().submit(child);
}

void ChildState::finish(const sys::ProcessEnd& end) noexcept {
  if (timed_) keeper_->loop_.timers().remove(*this);
  timed_ = false;
  keeper_->children_.erase(*this);
  keeper_ = nullptr;
  end_ = end;
  const auto keep = std::move(self_);
  waiters.grant_all();
}

void ChildState::terminate() noexcept {
  if (terminated_ || !keeper_) return;
  terminated_ = true;
  send_signal(SIGTERM);
  kill_at_ = saturating_add(sys::monotonic_now(), grace_.count());
  timed_ = true;
  when = saturating_add(keeper_->loop_.now(), grace_.count());
  keeper_->loop_.timers().add(*this);
}

void ChildState::fire() noexcept {
  timed_ = false;
  send_signal(SIGKILL);
}

// The loop's tasks have ended, its timers run no more.
ChildKeeper::~ChildKeeper() {
  const OnLoop on(loop_);
  closing_ = true;
  for (ChildState* child = children_.front(); child; child = children_.after(*child)) {
    child->terminate();
    if (!child->look_again_.armed) continue;
    loop_.timers().remove(child->look_again_);
    child->look_again_.fire();
  }
  while (!children_.empty()) {
    ChildState* next = children_.front();
    for (ChildState* child = next; child; child = children_.after(*child)) {
      if (child->kill_at_ < next->kill_at_) next = child;
    }
    const Nanos left = next->kill_at_ - sys::monotonic_now();
    if (left <= 0) {
      next->send_signal(SIGKILL);
      next->kill_at_ = kForever;
    } else {
      loop_.poller().wait(next->kill_at_ == kForever ? -1 : left);
    }
  }
}

int returncode_of(const sys::ProcessEnd& end) noexcept {
  constexpr int kUnknown = 255;  // as asyncio has it
  if (end.signal != 0) return -end.signal;
  return end.exit_code >= 0 ? end.exit_code : kUnknown;
}

}  // namespace eddy::detail
