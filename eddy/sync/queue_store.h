// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
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
  explicit Slot(std::in_place_t, Args&&... args) : item_(std::make_unique<T>(std::forward<Args>(args)...)) {}
  T& operator*() noexcept { return *item_; }
  const T& operator*() const noexcept { return *item_; }

 private:
  std::unique_ptr<T> item_;
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
    while (head_ != tail_) std::destroy_at(&at(head_++));
    release();
  }

  void push(Slot<T>&& item) {
    if (tail_ - head_ == capacity_) [[unlikely]]
      grow();
    std::construct_at(&at(tail_), std::move(item));
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
    ~Leaving() { std::destroy_at(&slot); }
  };

  // The capacity is a power of two and the positions only ever count up.
  Slot<T>& at(std::size_t position) noexcept { return slots_[position & (capacity_ - 1)]; }

  [[gnu::noinline]] void grow() {
    std::size_t capacity = capacity_ ? capacity_ * 2 : kFirstCapacity;
    Slot<T>* slots = std::allocator<Slot<T>>().allocate(capacity);
    for (std::size_t i = head_; i != tail_; ++i) {
      std::construct_at(&slots[i - head_], std::move(at(i)));
      std::destroy_at(&at(i));
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

/// Smallest first: a binary heap. `Before(a, b)` is true when `a` leaves before `b`; it must not throw.
template <class T, class Before>
class PriorityStore {
 public:
  PriorityStore() = default;
  explicit PriorityStore(Before before) : after_(std::move(before)) {}

  void push(Slot<T>&& item) {
    slots_.push_back(std::move(item));
    rise();
  }
  T pop() {
    sink();
    Slot<T> first(std::move(slots_.back()));
    slots_.pop_back();
    return T(std::move(*first));
  }

 private:
  struct After {
    After() = default;
    explicit After(Before b) : before(std::move(b)) {}
    bool operator()(const Slot<T>& a, const Slot<T>& b) const { return before(*b, *a); }
    [[no_unique_address]] Before before{};
  };

  void rise() noexcept { std::push_heap(slots_.begin(), slots_.end(), after_); }
  void sink() noexcept { std::pop_heap(slots_.begin(), slots_.end(), after_); }

  std::vector<Slot<T>> slots_;
  [[no_unique_address]] After after_;
};

}  // namespace eddy::detail
