// SPDX-License-Identifier: MIT
#include "eddy/sync/queue_core.h"

#include <algorithm>
#include <cassert>
#include <new>

#include "eddy/base/error.h"
#include "eddy/core/op_description.h"

namespace eddy::detail {

QueueCore::~QueueCore() {
  assert(getters_.empty() && putters_.empty() && "eddy::Queue destroyed while tasks wait for it");
  assert(stored_ == available_ && "eddy::Queue destroyed while an item is promised to a task that has not run yet");
}

void QueueCore::task_done() {
  if (unfinished_ == 0) throw RuntimeError("Queue::task_done() called too many times: more often than items were put");
  if (--unfinished_ == 0) finished_.set();
}

void QueueCore::close(bool immediate) noexcept {
  shut_down_ = true;
  limit_ = 0;
  while (Op* op = putters_.pop()) {
    static_cast<PutBase*>(op)->end_ = PutBase::kShutDown;
    op->grant();
  }
  if (immediate) {
    unfinished_ -= std::min(unfinished_, stored_);
    stored_ = available_ = 0;
    if (unfinished_ == 0) finished_.set();
  }
  close_if_drained();
}

void QueueCore::throw_no_room() const {
  if (shut_down_) throw QueueShutDown();
  throw QueueFull();
}

void QueueCore::throw_no_item() const {
  if (closed()) throw QueueShutDown();
  throw QueueEmpty();
}

Step GetBase::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (!queue_->empty()) {
    reserve();
    grant();
  } else if (queue_->closed()) {
    grant();
  } else if (!queue_->getters_.add(*this)) {
    queue_ = nullptr;
    grant();
  }
  return Step::none();
}

void GetBase::cancel() noexcept {
  if (state() == kArmed) queue_->getters_.remove(*this);
  give_up_grant();
  stop();
}

void GetBase::describe(OpDescription& to) const {
  to.is("Queue.get", queue_);
  to.add("empty");
}

void PutBase::describe(OpDescription& to) const {
  to.is("Queue.put", queue_);
  to.add("full: " + std::to_string(queue_->stored_) + " of " + std::to_string(queue_->maxsize_));
}

bool PutBase::refused() noexcept {
  if (!queue_->shut_down_ || !running.spend()) return false;
  end_ = kShutDown;
  return true;
}

void PutBase::wait_for_room() noexcept {
  if (queue_->shut_down_) {
    end_ = kShutDown;
    grant();
  } else if (!queue_->putters_.add(*this)) {
    end_ = kOtherLoop;
    grant();
  }
}

void PutBase::cancel() noexcept {
  if (state() != kArmed) return;
  queue_->putters_.remove(*this);
  stop();
}

void PutBase::throw_end() const {
  if (end_ == kNoMemory) throw std::bad_alloc();
  if (end_ == kOtherLoop) throw_other_loop("eddy::Queue");
  throw QueueShutDown();
}

}  // namespace eddy::detail
