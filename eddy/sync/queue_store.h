// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy::detail {

/// An item in a queue. Items move around in code that cannot fail, so one whose move may throw is kept behind a
/// pointer.
template <class T, bool kInPlace = std::is_nothrow_move_constructible_v<T>>
class Slot {
 public:
  template <class... Args>
  explicit Slot(std::in_place_t, Args&&... args) : item_(std::forward<Args>(args)...) {}
  T& operator*() noexcept { return item_; }
  const T& operator*() const noexcept { return item_; }

 private:
  T item_;
};

template <class T>
class Slot<T, false> {
 public:
  template <class... Args>
  explicit Slot(std::in_place_t, Args&&... args) : item_(new T(std::forward<Args>(args)...)) {}
  Slot(Slot&& other) noexcept : item_(std::exchange(other.item_, nullptr)) {}
  Slot& operator=(Slot&& other) noexcept {
    std::swap(item_, other.item_);
    return *this;
  }
  ~Slot() { delete item_; }
  T& operator*() noexcept { return *item_; }
  const T& operator*() const noexcept { return *item_; }

 private:
  T* item_;
};

/// First in, first out: a ring that doubles when it is full and never shrinks.
template <class T>
class FifoStore {
 public:
  FifoStore() noexcept = default;
  FifoStore(FifoStore&& other) noexcept
      : slots_(std::exchange(other.slots_, nullptr)),
        capacity_(std::exchange(other.capacity_, 0)),
        head_(std::exchange(other.head_, 0)),
        tail_(std::exchange(other.tail_, 0)) {}
  FifoStore& operator=(FifoStore&&) = delete;
  ~FifoStore() {
    while (head_ != tail_) at(head_++).~Slot();
    release();
  }

  void push(Slot<T>&& item) {
    if (tail_ - head_ == capacity_) [[unlikely]]
      grow();
    new (&at(tail_)) Slot<T>(std::move(item));
    ++tail_;
  }

  T pop() {
    Leaving leaving{at(head_++)};
    return T(std::move(*leaving.slot));
  }

 private:
  static constexpr std::size_t kFirstCapacity = 8;
  struct Leaving {
    Slot<T>& slot;
    ~Leaving() { slot.~Slot(); }
  };

  // The capacity is a power of two and the positions only ever count up.
  Slot<T>& at(std::size_t position) noexcept { return slots_[position & (capacity_ - 1)]; }

  [[gnu::noinline]] void grow() {
    std::size_t capacity = capacity_ ? capacity_ * 2 : kFirstCapacity;
    Slot<T>* slots = std::allocator<Slot<T>>().allocate(capacity);
    for (std::size_t i = head_; i != tail_; ++i) {
      new (&slots[i - head_]) Slot<T>(std::move(at(i)));
      at(i).~Slot();
    }
    release();
    slots_ = slots;
    capacity_ = capacity;
    tail_ -= head_;
    head_ = 0;
  }

  void release() noexcept {
    if (slots_) std::allocator<Slot<T>>().deallocate(slots_, capacity_);
  }

  Slot<T>* slots_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

/// Last in, first out.
template <class T>
class LifoStore {
 public:
  void push(Slot<T>&& item) { slots_.push_back(std::move(item)); }
  T pop() {
    Slot<T> last(std::move(slots_.back()));
    slots_.pop_back();
    return T(std::move(*last));
  }

 private:
  std::vector<Slot<T>> slots_;
};

struct Smaller {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a < b;
  }
};

/// Smallest first: a binary heap. `Before(a, b)` is true when `a` leaves before `b`; it must not throw.
/// By hand because <algorithm> alone would take up half the header budget.
template <class T, class Before>
class PriorityStore {
 public:
  PriorityStore() = default;
  explicit PriorityStore(Before before) : before_(std::move(before)) {}

  void push(Slot<T>&& item) {
    slots_.push_back(std::move(item));
    rise();
  }
  T pop() {
    Slot<T> last(std::move(slots_.back()));
    slots_.pop_back();
    if (slots_.empty()) return T(std::move(*last));
    Slot<T> first(std::move(slots_.front()));
    sink(std::move(last));
    return T(std::move(*first));
  }

 private:
  void rise() noexcept {
    std::size_t at = slots_.size() - 1;
    Slot<T> item(std::move(slots_[at]));
    for (std::size_t parent; at > 0 && before_(*item, *slots_[parent = (at - 1) / 2]); at = parent) {
      slots_[at] = std::move(slots_[parent]);
    }
    slots_[at] = std::move(item);
  }

  /// Fills the hole at the front.
  void sink(Slot<T>&& item) noexcept {
    std::size_t at = 0;
    for (std::size_t child; (child = 2 * at + 1) < slots_.size(); at = child) {
      if (child + 1 < slots_.size() && before_(*slots_[child + 1], *slots_[child])) ++child;
      if (!before_(*slots_[child], *item)) break;
      slots_[at] = std::move(slots_[child]);
    }
    slots_[at] = std::move(item);
  }

  std::vector<Slot<T>> slots_;
  [[no_unique_address]] Before before_{};
};

}  // namespace eddy::detail
