// SPDX-License-Identifier: MIT
#include "eddy/core/detail/listed_loop.h"

#include <cstddef>
#include <mutex>
#include <utility>

#include "eddy/core/detail/entered.h"
#include "eddy/core/loop.h"
#include "eddy/core/loops.h"
#include "eddy/core/promise.h"
#include "eddy/core/running.h"
#include "eddy/core/task_handle.h"

namespace eddy::detail {

// Of classes with bases, offsetof is merely "conditionally supported": by both compilers.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

// clang-format off
constinit const DebugLayout::Entry DebugLayout::entries[] = {
    {"ListedLoop.loop", offsetof(ListedLoop, loop_)},
    {"ListedLoop.next", offsetof(ListedLoop, next_)},
    {"Loop.entered", offsetof(Loop, entered_)},
    {"Loop.front", offsetof(Loop, front_)},
    {"Loop.ready", offsetof(Loop, ready_)},
    {"Loop.starts", offsetof(Loop, starts_)},
    {"Loop.closed", offsetof(Loop, closed_)},
    {"Loop.timers", offsetof(Loop, timers_)},
    {"Loop.root", offsetof(Loop, root_)},
    {"Loop.outside_work", offsetof(Loop, outside_work_)},
    {"RootOwner.objects", offsetof(RootOwner, objects)},
    {"Detached.next", offsetof(Detached, next_object_)},
    {"Entered.stack", offsetof(Loop::Entered, stack)},
    {"Entered.here", offsetof(Loop::Entered, here)},
    {"Running.strand", offsetof(Running, strand)},
    {"TimerWheel.fresh", offsetof(TimerWheel, fresh_)},
    {"TimerWheel.cursor", offsetof(TimerWheel, cursor_)},
    {"TimerWheel.count", offsetof(TimerWheel, count_)},
    {"TimerWheel.levels", offsetof(TimerWheel, levels_)},
    {"TimerWheel.kLevels", TimerWheel::kLevels},
    {"TimerWheel.kSlots", TimerWheel::kSlots},
    {"Level.used", offsetof(TimerWheel::Level, used)},
    {"Level.slots", offsetof(TimerWheel::Level, slots)},
    {"Level.size", sizeof(TimerWheel::Level)},
    {"TimerOp.when", offsetof(TimerOp, when)},
    {"Node.next", offsetof(Node, queue_next)},
    {"Op.strand", offsetof(Op, strand_)},
    {"Op.cont", offsetof(Op, cont_)},
    {"Op.size", sizeof(Op)},
    {"JoinBase.task", offsetof(JoinBase, task_)},
    {"Promise.parent", offsetof(PromiseBase, parent)},
    {"Promise.where", offsetof(PromiseBase, where)},
    {"CancelScope.up", offsetof(CancelScope, up)},
    {"CancelScope.flags", offsetof(CancelScope, flags)},
    {"CancelScope.refs", offsetof(CancelScope, refs)},
    {"kEffective", CancelScope::kEffective},
    {"kOwner", CancelScope::kOwner},
    {"kStarted", CancelScope::kStarted},
    {"kEnded", CancelScope::kEnded},
    {"Owner.flags", offsetof(Owner, flags)},
    {"Owner.kids", offsetof(Owner, kids)},
    {"Owner.host", offsetof(Owner, host)},
    {"Strand.root", offsetof(Strand, root)},
    {"Strand.leaf", offsetof(Strand, word_)},
    {"Strand.next", offsetof(Strand, next_kid_)},
    {"TaskBase.extra", offsetof(TaskBase, extra_)},
    {"kTask", TaskBase::kTask},
    {"kHasExtra", TaskBase::kHasExtra},
    {"kDraining", TaskBase::kDraining},
    {"kDone", TaskBase::kDone},
    {"kHasError", TaskBase::kHasError},
    {"kWasCancelled", TaskBase::kWasCancelled},
    {"kHeld", TaskBase::kHeld},
    {"TaskExtra.name", offsetof(TaskExtra, name)},
    {"TaskExtra.cancel_reason", offsetof(TaskExtra, cancel_reason)},
    {"TaskExtra.leftovers", offsetof(TaskExtra, leftovers)},
    {"", 0},
};
// clang-format on

[[gnu::used]] constinit DebugRoot debug_root{nullptr, DebugLayout::entries};

namespace {

constinit std::mutex listing;
constinit bool knows_forks = false;

void before_fork() { listing.lock(); }
void after_fork() { listing.unlock(); }

}  // namespace

ListedLoop::ListedLoop(Loop& of) noexcept : loop_(of), maker_(::pthread_self()) {
  const std::lock_guard guard(listing);
  if (!std::exchange(knows_forks, true)) ::pthread_atfork(before_fork, after_fork, in_the_child);
  next_ = debug_root.loops;
  if (next_) next_->prev_ = this;
  debug_root.loops = this;
}

ListedLoop::~ListedLoop() {
  const std::lock_guard guard(listing);
  if (listed_) unlist();
}

void ListedLoop::unlist() noexcept {
  (prev_ ? prev_->next_ : debug_root.loops) = next_;
  if (next_) next_->prev_ = prev_;
  listed_ = false;
}

void ListedLoop::in_the_child() noexcept {
  for (ListedLoop* listed = debug_root.loops; listed;) {
    ListedLoop* const next = listed->next_;
    if (::pthread_equal(listed->maker_, ::pthread_self()) == 0) listed->unlist();
    listed = next;
  }
  listing.unlock();
}

void for_each_loop(FunctionRef<void(Loop&)> f) {
  const std::lock_guard guard(listing);
  ListedLoop* oldest = debug_root.loops;
  while (oldest && oldest->next_) oldest = oldest->next_;
  for (; oldest; oldest = oldest->prev_) f(oldest->loop_);
}

}  // namespace eddy::detail
