// SPDX-License-Identifier: MIT
#include "eddy/test/sequencer.h"

#include <cassert>
#include <string>

#include "eddy/base/error.h"
#include "eddy/core/running.h"

namespace eddy::test {

using eddy::detail::Cont;
using eddy::detail::Op;
using eddy::detail::running;
using eddy::detail::Step;
using eddy::detail::Strand;

Sequencer::~Sequencer() { assert(waiting_.empty() && "a Sequencer dies while tasks wait for their position"); }

void Sequencer::advance() noexcept {
  ++next_;
  give_turn();
}

void Sequencer::give_turn() noexcept {
  for (Op* op = waiting_.front(); op; op = waiting_.after(*op)) {
    if (static_cast<detail::SequencerOp*>(op)->position() != next_) continue;
    waiting_.erase(*op);
    return op->grant();
  }
}

void Sequencer::shatter() noexcept {
  broken_ = true;
  while (Op* op = waiting_.pop_front()) op->grant();
}

namespace detail {

bool SequencerOp::ready() {
  reused_ = position_ < 0 || !sequencer_->used_.insert(position_).second;
  return (reused_ || sequencer_->broken_ || sequencer_->next_ == position_) && running.spend();
}

Step SequencerOp::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) {
    sequencer_->shatter();
  } else if (reused_ || sequencer_->broken_ || sequencer_->next_ == position_) {
    grant();
  } else {
    sequencer_->waiting_.push_back(*this);
  }
  return Step::none();
}

void SequencerOp::cancel() noexcept {
  if (state() == kStopped) return;
  if (state() == kArmed) sequencer_->waiting_.erase(*this);
  stop();
  sequencer_->shatter();
}

void SequencerOp::check() const {
  std::string where = "Sequencer: position " + std::to_string(position_);
  if (reused_) throw RuntimeError(where + " was used already, or is negative: each position has one place");
  if (sequencer_->broken_)
    throw RuntimeError(where + " cannot be reached: a task that waited for its own was cancelled");
}

}  // namespace detail
}  // namespace eddy::test
