// SPDX-License-Identifier: MIT
#include "eddy/test/faulty_poller.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace eddy::test {

namespace {

template <class T>
bool erase_one(std::vector<T*>& all, T& one) noexcept {
  const auto at = std::find(all.begin(), all.end(), &one);
  if (at == all.end()) return false;
  all.erase(at);
  return true;
}

}  // namespace

FaultyPoller::~FaultyPoller() {
  while (!held_.empty() || !cancelled_.empty()) {  // again, in case a complete() submitted
    cancelled_.insert(cancelled_.end(), held_.begin(), held_.end());
    held_.clear();
    end_cancelled();
  }
  for (sys::Watch* watch : watches_) {
    real_->detach(*watch);
    watch->poller = nullptr;
  }
}

void FaultyPoller::submit(sys::Operation& operation) {
  if (!hesitates()) return real_->submit(operation);
  held_.push_back(&operation);
}

void FaultyPoller::cancel(sys::Operation& operation) noexcept {
  if (!erase_one(held_, operation)) return real_->cancel(operation);
  cancelled_.push_back(&operation);
}

// The watch belongs to this poller, as far as its owner can see.
void FaultyPoller::attach(sys::Watch& watch) {
  real_->attach(watch);
  watch.poller = this;
  watches_.push_back(&watch);
}

void FaultyPoller::detach(sys::Watch& watch) noexcept {
  erase_one(stalled_, watch);
  erase_one(watches_, watch);
  real_->detach(watch);
}

int FaultyPoller::receive(sys::Watch& watch, void* into, std::size_t size) noexcept {
  if (hesitates()) {
    stall(watch);
    return -EAGAIN;
  }
  return real_->receive(watch, into, hesitates() ? 1 + random_.below(size) : size);
}

int FaultyPoller::accept(sys::Watch& watch) noexcept {
  if (!hesitates()) return real_->accept(watch);
  stall(watch);
  return -EAGAIN;
}

void FaultyPoller::stall(sys::Watch& watch) {
  if (std::find(stalled_.begin(), stalled_.end(), &watch) == stalled_.end()) stalled_.push_back(&watch);
}

void FaultyPoller::wait(sys::Nanos timeout) {
  const bool busy = !held_.empty() || !cancelled_.empty() || !stalled_.empty();
  let_go();
  end_cancelled();
  real_->wait(busy ? 0 : timeout);
}

bool FaultyPoller::prepare_to_sleep() {
  return held_.empty() && cancelled_.empty() && stalled_.empty() && real_->prepare_to_sleep();
}

// What was held back goes on, in any order; the owners of watches try again.
void FaultyPoller::let_go() {
  for (std::size_t left = held_.size(); left > 1; --left) std::swap(held_[left - 1], held_[random_.below(left)]);
  for (sys::Operation* operation : std::exchange(held_, {})) real_->submit(*operation);
  while (!stalled_.empty()) {
    sys::Watch* watch = stalled_.back();
    stalled_.pop_back();  // before the call, in which it may be detached
    watch->input_changed();
  }
}

void FaultyPoller::end_cancelled() {
  for (sys::Operation* operation : std::exchange(cancelled_, {})) {
    operation->result = -ECANCELED;
    operation->complete();
  }
}

}  // namespace eddy::test
