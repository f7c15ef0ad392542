// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

namespace eddy::detail {

/// A counted reference to an object that stays on its loop: a std::shared_ptr without <memory>, which would be most of
/// what the headers here cost, and without atomics.
template <class T>
class Counted {
  struct Cell {
    template <class... A>
    explicit Cell(A&&... arguments) : object(std::forward<A>(arguments)...) {}
    T object;
    std::size_t refs = 1;
  };

 public:
  template <class... A>
  static Counted make(A&&... arguments) {
    return Counted(new Cell(std::forward<A>(arguments)...));
  }
  Counted(const Counted& other) noexcept : cell_(other.cell_) {
    if (cell_) ++cell_->refs;
  }
  Counted(Counted&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  Counted& operator=(Counted other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  [[gnu::noinline]] ~Counted() {  // inlined, GCC 12 takes the last of several references for a use after the delete
    if (cell_ && --cell_->refs == 0) delete cell_;
  }

  explicit operator bool() const noexcept { return cell_ != nullptr; }
  T& operator*() const noexcept { return cell_->object; }
  T* operator->() const noexcept { return &cell_->object; }

 private:
  explicit Counted(Cell* cell) noexcept : cell_(cell) {}
  Cell* cell_;
};

}  // namespace eddy::detail
