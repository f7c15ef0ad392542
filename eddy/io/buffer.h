// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace eddy {

/// Bytes that have arrived and were not asked for yet: appended at the end, consumed at the front. Empty, it holds no
/// memory.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer(static_cast<Buffer&&>(other)).swap(*this);
    return *this;
  }

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  /// Valid until the next member that is not const.
  [[nodiscard]] std::string_view view() const noexcept { return {memory_.get() + begin_, size()}; }

  void append(std::string_view bytes);
  /// Room for `bytes` more at the end; `commit` says how many of them were written there.
  [[nodiscard]] char* prepare(std::size_t bytes);
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  /// At most `size()`.
  void consume(std::size_t bytes) noexcept;

 private:
  void make_room(std::size_t bytes);
  void swap(Buffer& other) noexcept;

  std::unique_ptr<char[]> memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace eddy
