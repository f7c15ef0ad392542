// SPDX-License-Identifier: MIT
#include "eddy/core/scope.h"

#include "eddy/core/loop.h"

namespace eddy::detail {
namespace {

/// One cancel in progress: the owners whose children are still to be visited, linked through the owners themselves.
class Visit {
 public:
  explicit Visit(bool hard) noexcept
      : mark_(CancelScope::kEffective | (hard ? std::uint32_t{CancelScope::kHard} : 0U)), hard_(hard) {}

  /// Marks what is visible on `strand` from its innermost scope up to `limit`, and asks its leaf to stop.
  void strand(Strand& strand, CancelScope& limit) noexcept {
    CancelScope* from = hard_ ? strand.top() : below_outermost_shield(strand, limit);
    for (CancelScope* scope = from;; scope = scope->up) {
      scope->flags |= mark_;
      if (scope->has(CancelScope::kOwner)) enqueue(static_cast<Owner&>(*scope));
      if (scope == &limit) break;
    }
    if (from != strand.top()) return;
    if (Op* leaf = strand.leaf()) leaf->cancel();
  }

  void enqueue(Owner& owner) noexcept {
    owner.on_scope_cancelled();
    owner.next_visit = todo_;
    todo_ = &owner;
  }

  void finish() noexcept {
    while (Owner* owner = todo_) {
      todo_ = owner->next_visit;
      for (Strand* kid = owner->kids.front(); kid; kid = owner->kids.after(*kid)) {
        if ((kid->root.flags & mark_) != mark_) strand(*kid, kid->root);
      }
    }
  }

 private:
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
};

/// Leaves unlink themselves from the running loop; between two runs of a loop somebody has to say which one that is.
class OnLoop {
 public:
  template <class Member>
  explicit OnLoop(const Member& member) noexcept : borrowed_(running.loop == nullptr) {
    if (borrowed_) running.loop = &loop_of(member);
  }
  OnLoop(const OnLoop&) = delete;
  OnLoop& operator=(const OnLoop&) = delete;
  ~OnLoop() {
    if (borrowed_) running.loop = nullptr;
  }

 private:
  bool borrowed_;
};

void cancel(Strand& strand, CancelScope& scope, bool hard) noexcept {
  OnLoop on(strand);
  scope.flags |= CancelScope::kRequested;
  Visit visit(hard);
  visit.strand(strand, scope);
  visit.finish();
}

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

void cancel_kids(Owner& owner, bool hard) noexcept {
  OnLoop on(owner);
  Visit visit(hard);
  visit.enqueue(owner);
  visit.finish();
}

void Strand::unlink(CancelScope& scope) noexcept {
  CancelScope* above = innermost;
  while (above->up != &scope) above = above->up;
  above->up = scope.up;
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
  Loop& loop = running.loop ? *running.loop : loop_of(*strand_);
  loop.post(*this);
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
  if (stopped) [[unlikely]] {
    if (Owner* busy = running_detached(*strand_)) {
      busy->when_empty = this;
      return;
    }
  }
  running.strand = strand_;
  strand_->resume_from_leaf();
  drive(stopped ? Step::unwind(cont()) : Step::resume(cont()));
}

}  // namespace eddy::detail
