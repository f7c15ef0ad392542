// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

struct io_uring;
struct io_uring_buf_ring;

namespace eddy::sys::detail {

/// The memory that the kernel puts received bytes into, shared by all sockets of one ring: an idle connection needs
/// none. For messages, not for bulk: one wake of a multishot receive may fill 32 of them (on older kernels, as many as
/// there are) before anybody can say that it is enough. A buffer is the kernel's, or lent to whoever got a completion
/// until `give_back`.
class ReceiveBuffers {
 public:
  static constexpr unsigned count = 512;
  static constexpr unsigned size = 2 * 1024;
  static constexpr int group = 0;

  ReceiveBuffers() = default;
  ReceiveBuffers(const ReceiveBuffers&) = delete;
  ReceiveBuffers& operator=(const ReceiveBuffers&) = delete;
  ~ReceiveBuffers();

  /// Hands all that are not lent to `ring`, for the first time or because it is a new ring. 0 or -errno.
  int open(io_uring& ring) noexcept;

  /// What is unread of a lent buffer, and the buffer that whoever holds it got next.
  struct Piece {
    static constexpr std::uint16_t none = 0xffff;
    std::uint16_t begin = 0, end = 0, next = none;
  };
  static_assert(size <= 0xffff && count < Piece::none);

  [[nodiscard]] const std::byte* at(unsigned id) const noexcept { return memory_ + std::size_t{id} * size; }
  [[nodiscard]] Piece& piece(unsigned id) noexcept { return pieces_[id]; }
  void lend(unsigned id) noexcept;
  void give_back(unsigned id) noexcept;

  /// So many are lent that the next bytes should be copied out at once.
  [[nodiscard]] bool scarce() const noexcept { return lent_count_ >= count / 2; }

 private:
  void add(unsigned id) noexcept;

  io_uring_buf_ring* ring_ = nullptr;
  std::byte* memory_ = nullptr;
  std::array<Piece, count> pieces_;
  std::vector<bool> lent_;
  unsigned lent_count_ = 0;
};

/// What has arrived at one socket and was not read yet: first in the buffers it arrived in, when those get scarce in
/// memory of its own.
class Received {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void push(ReceiveBuffers& buffers, unsigned id, std::size_t bytes);
  /// Moves up to `size` bytes out.
  std::size_t take(ReceiveBuffers& buffers, void* into, std::size_t size) noexcept;
  void clear(ReceiveBuffers& buffers) noexcept;

 private:
  static constexpr std::uint16_t none = ReceiveBuffers::Piece::none;
  void pop(ReceiveBuffers& buffers) noexcept;

  std::uint16_t first_ = none;  // buffers: a list, older than what is in spilled_
  std::uint16_t last_ = none;   // if first_ is one
  std::vector<std::byte> spilled_;
  std::size_t spilled_begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace eddy::sys::detail
