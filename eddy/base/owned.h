// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace eddy {

/// `std::unique_ptr` without `<memory>`, which would be most of what a header of ours costs. Deletes what it points to,
/// whose type must be complete where that happens.
template <class T>
class Owned {
 public:
  Owned() noexcept = default;
  explicit Owned(T* object) noexcept : object_(object) {}
  template <class U>
  Owned(Owned<U>&& other) noexcept : object_(other.release()) {}
  Owned(Owned&& other) noexcept : object_(other.release()) {}
  Owned& operator=(Owned other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Owned() { delete object_; }

  explicit operator bool() const noexcept { return object_ != nullptr; }
  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  T* release() noexcept { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

template <class T, class... A>
Owned<T> make_owned(A&&... arguments) {
  return Owned<T>(new T(std::forward<A>(arguments)...));
}

}  // namespace eddy
