// SPDX-License-Identifier: MIT
#include "eddy/core/scope.h"

#include "eddy/core/debug_mode.h"
#include "eddy/core/detached.h"
#include "eddy/core/loop.h"

namespace eddy::detail {
namespace {

class Visit;
constinit thread_local Visit* visiting = nullptr;

/// One cancel in progress: the owners whose children are still to be visited, linked through the owners themselves, and
/// the tasks whose awaiters answer for them.
///
/// Requests wait until the owners are done with, so that no owner is ever linked twice.
class Visit {
 public:
  explicit Visit(bool hard) noexcept
      : mark_(CancelScope::kEffective | (hard ? std::uint32_t{CancelScope::kHard} : 0U)), hard_(hard) {
    visiting = this;
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { visiting = nullptr; }

  /// Marks what is visible on `strand` from its innermost scope up to `limit`, and asks its leaf to stop.
  void strand(Strand& strand, CancelScope& limit) noexcept {
    CancelScope* from = hard_ ? strand.top() : below_outermost_shield(strand, limit);
    for (CancelScope* scope = from;; scope = scope->up) {
      scope->flags |= mark_;
      if (scope->has(CancelScope::kOwner)) enqueue(static_cast<Owner&>(*scope));
      if (scope == &limit) break;
    }
    if (&limit == &strand.root && strand.root.has(TaskBase::kTask)) task(static_cast<TaskBase&>(strand));
    if (strand.root.has(TaskBase::kObserved)) running.loop->tell_cancel(strand);
    if (from != strand.top()) return;
    if (Op* leaf = strand.leaf()) leaf->cancel();
  }

  void enqueue(Owner& owner) noexcept {
    owner.on_scope_cancelled();
    owner.next_visit = todo_;
    todo_ = &owner;
  }

  void request(CancelRequest& request) noexcept {
    request.next = requests_;
    requests_ = &request;
  }

  void finish() noexcept {
    for (;;) {
      if (Owner* owner = todo_) {
        todo_ = owner->next_visit;
        for (Strand* kid = owner->kids.front(); kid; kid = owner->kids.after(*kid)) whole(*kid);
      } else if (CancelRequest* request = requests_) {
        requests_ = request->next;
        whole(*request->strand);
      } else {
        return;
      }
    }
  }

 private:
  void whole(Strand& kid) noexcept {
    if ((kid.root.flags & mark_) != mark_) strand(kid, kid.root);
  }

  void task(TaskBase& task) noexcept {
    if (DebugMode* debug = debug_mode_here()) [[unlikely]]
      debug->note_cancel(task);
    if (task.root.has(TaskBase::kHeld)) task.owner()->release(task);
    if (!hard_) return;  // what a task has left behind was cancelled then
    if (TaskExtra* extra = task.extra_if_any()) enqueue(extra->leftovers);
  }

  static CancelScope* below_outermost_shield(Strand& strand, CancelScope& limit) noexcept {
    CancelScope* from = strand.top();
    for (CancelScope* scope = from; scope != &limit; scope = scope->up) {
      if (scope->has(CancelScope::kShield)) from = scope->up;
    }
    return from;
  }

  std::uint32_t mark_;
  bool hard_;
  Owner* todo_ = nullptr;
  CancelRequest* requests_ = nullptr;
};

/// Leaves unlink themselves from the running loop; between two runs of a loop somebody has to say which one that is.
template <class Member>
Loop& running_or_own(const Member& member) noexcept {
  return running.loop ? *running.loop : loop_of(member);
}

void cancel(Strand& strand, CancelScope& scope, bool hard) noexcept {
  OnLoop on(running_or_own(strand));
  scope.flags |= CancelScope::kRequested;
  Visit visit(hard);
  visit.strand(strand, scope);
  visit.finish();
}

/// Unwinding that waits. Owns itself, since the frames that could hold it are what it waits to destroy.
class Unwinding final : public Op {
 public:
  Unwinding(Strand& strand, Cont to) noexcept {
    enter(strand, to);
    set_state(kStopped);
    strand.wait_at(*this);
  }
  void run() noexcept override {
    Strand& on = strand();
    Cont to = cont();
    delete this;
    running.strand = &on;
    on.resume_from_leaf();
    drive(Step::unwind(to));
  }
};

/// A detached owner whose children must end before the frames around it may be destroyed.
Owner* running_detached(Strand& strand) noexcept {
  for (CancelScope* scope = strand.top(); scope != &strand.root; scope = scope->up) {
    if (!scope->has(CancelScope::kDetached) || !scope->effective()) continue;
    auto& owner = static_cast<Owner&>(*scope);
    if (!owner.kids.empty()) return &owner;
  }
  return nullptr;
}

}  // namespace

void cancel_scope(Strand& strand, CancelScope& scope) noexcept { cancel(strand, scope, false); }
void cancel_scope_hard(Strand& strand, CancelScope& scope) noexcept { cancel(strand, scope, true); }

void cancel_strand(CancelRequest& request, Strand& strand) noexcept {
  if (!visiting) return cancel_scope(strand, strand.root);
  request.strand = &strand;
  visiting->request(request);
}

bool park_unwinding(Strand& strand, Cont to) noexcept {
  Owner* busy = running_detached(strand);
  if (busy) busy->when_empty = new Unwinding(strand, to);  // NOLINT(bugprone-unhandled-exception-at-new): fatal anyway
  return busy != nullptr;
}

void cancel_kids(Owner& owner, bool hard) noexcept {
  OnLoop on(running_or_own(owner));
  Visit visit(hard);
  visit.enqueue(owner);
  visit.finish();
}

std::uint32_t Strand::next_mark() noexcept {
  constexpr std::uint32_t kOne = CancelScope::kMark & (~std::uint32_t{CancelScope::kMark} + 1);
  constinit static thread_local std::uint32_t last = 0;
  last = (last + kOne) & CancelScope::kMark;
  if (last == 0) last = kOne;
  return last;
}

void Strand::unlink(CancelScope& scope) noexcept {
  CancelScope* above = innermost;
  while (above->up != &scope) above = above->up;
  above->up = scope.up;
  if (scope.has(CancelScope::kDetached)) return;
  // What is above are objects that outlive the scope.
  for (CancelScope* object = innermost; object != scope.up; object = object->up) {
    static_cast<Detached&>(static_cast<Owner&>(*object)).stand_on(*scope.up);
  }
}

Loop& loop_of(const Strand& strand) noexcept {
  assert(strand.owner() && "an ended task is on no loop");
  return loop_of(*strand.owner());
}

Loop& loop_of(const Owner& of) noexcept {
  const Owner* owner = &of;
  for (;;) {
    if (owner->host) {
      owner = owner->host->owner();
    } else if (owner->up) {
      owner = static_cast<const Owner*>(owner->up);
    } else {
      return static_cast<const RootOwner*>(owner)->loop;
    }
  }
}

void Op::post() noexcept {
  if (running.loop) [[likely]]
    return running.loop->post(*this);
  Loop& loop = loop_of(*strand_);
  if (loop.get_debug() && loop.is_running()) loop.debug_mode()->report_wrong_thread(*strand_);
  loop.post(*this);
}

void Op::begin_stopped() noexcept {
  set_state(kStopped);
  post();
  if (DebugMode* debug = debug_mode_here()) [[unlikely]]
    debug->note_ignored_cancel(*strand_, cont());
}

void Op::grant() noexcept {
  set_state(kReady);
  post();
}

void Op::stop() noexcept {
  if (state() == kStopped) return;
  bool queued = state() == kReady;
  set_state(kStopped);
  if (!queued) post();
}

void Op::run() noexcept {
  bool stopped = state() == kStopped;
  running.strand = strand_;
  strand_->resume_from_leaf();
  drive(stopped ? Step::unwind(cont()) : Step::resume(cont()));
}

}  // namespace eddy::detail
