// SPDX-License-Identifier: MIT
#pragma once

namespace eddy::detail {

/// An intrusive first-in-first-out list with removal from the middle, in one pointer.
///
/// Circular: the head's `prev` is the tail. `T` offers `ring_next()`/`ring_prev()` returning references to its links;
/// an element is in at most one ring at a time. The ring owns nothing.
template <class T>
class Ring {
 public:
  bool empty() const noexcept { return head_ == nullptr; }
  T* front() const noexcept { return head_; }
  T* back() const noexcept { return head_ ? head_->ring_prev() : nullptr; }

  /// The element behind `item`, or null at the end.
  T* after(const T& item) const noexcept {
    T* next = item.ring_next();
    return next == head_ ? nullptr : next;
  }

  void push_back(T& item) noexcept {
    link(item);
    if (!head_) head_ = &item;
  }

  void push_front(T& item) noexcept {
    link(item);
    head_ = &item;
  }

  void erase(T& item) noexcept {
    T* next = item.ring_next();
    if (next == &item) {
      head_ = nullptr;
      return;
    }
    T* prev = item.ring_prev();
    prev->set_ring_next(next);
    next->set_ring_prev(prev);
    if (head_ == &item) head_ = next;
  }

  T* pop_front() noexcept {
    T* item = head_;
    if (item) erase(*item);
    return item;
  }

  /// Takes every element, leaving this ring empty.
  Ring take() noexcept {
    Ring all = *this;
    head_ = nullptr;
    return all;
  }

  /// Takes every element and hands it to `f`, in order; `f` may link it elsewhere. Cheaper than popping one by one.
  template <class F>
  void drain(F f) noexcept {
    T* item = head_;
    if (!item) return;
    T* last = item->ring_prev();
    head_ = nullptr;
    for (;;) {
      T* next = item->ring_next();
      bool ends = item == last;
      f(*item);
      if (ends) return;
      item = next;
    }
  }

 private:
  void link(T& item) noexcept {
    if (!head_) {
      item.set_ring_next(&item);
      item.set_ring_prev(&item);
      return;
    }
    T* tail = head_->ring_prev();
    item.set_ring_next(head_);
    item.set_ring_prev(tail);
    tail->set_ring_next(&item);
    head_->set_ring_prev(&item);
  }

  T* head_ = nullptr;
};

}  // namespace eddy::detail
