// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>

#include "eddy/sync/waiters.h"

namespace eddy {

class Event;

namespace detail {

class [[nodiscard("co_await it")]] EventWait final : public Op, public AwaitLeaf<EventWait> {
 public:
  explicit EventWait(Event& event) noexcept : event_(&event) {}

  bool ready() const noexcept;
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;
  void take() {
    set_state(kIdle);
    if (!event_) [[unlikely]]
      throw_other_loop("eddy::Event");
  }

 private:
  Event* event_;  ///< null once it turned out to belong to another loop
};

}  // namespace detail

/// A flag that tasks can wait for. asyncio's Event.
///
/// `set()` wakes everybody who waits, and they have been woken even if `clear()` follows before they run; whoever waits
/// on a set event goes on at once. A cancelled waiter just leaves. Belongs to one loop (from another thread:
/// `call_soon_threadsafe`), and may be destroyed as soon as nobody waits, so right after `set()`. To wait for a
/// condition that comes and goes see `Condition`; to pass values along, `Queue`.
class Event {
 public:
  Event() noexcept = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { assert(waiters_.empty() && "eddy::Event destroyed while tasks wait for it"); }

  detail::EventWait wait() noexcept { return detail::EventWait(*this); }
  void set() noexcept {
    set_ = true;
    waiters_.grant_all();
  }
  void clear() noexcept { set_ = false; }
  bool is_set() const noexcept { return set_; }

 private:
  friend class detail::EventWait;
  bool set_ = false;
  detail::Waiters waiters_;
};

inline bool detail::EventWait::ready() const noexcept { return event_->set_ && running.spend(); }

}  // namespace eddy
