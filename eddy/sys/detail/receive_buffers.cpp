// SPDX-License-Identifier: MIT
#include "eddy/sys/detail/receive_buffers.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <liburing.h>
#include <sys/mman.h>

namespace eddy::sys::detail {

namespace {

constexpr std::size_t ring_bytes = ReceiveBuffers::count * sizeof(io_uring_buf);
constexpr std::size_t memory_bytes = std::size_t{ReceiveBuffers::count} * ReceiveBuffers::size;
static_assert(ring_bytes % 2048 == 0);

constexpr std::size_t page = 4096;
constexpr std::size_t mapped_bytes = (ring_bytes + page - 1) / page * page + memory_bytes;

}  // namespace

ReceiveBuffers::~ReceiveBuffers() {
  if (ring_ != nullptr) ::munmap(ring_, mapped_bytes);
}

int ReceiveBuffers::open(io_uring& ring) noexcept {
  if (ring_ == nullptr) {
    void* mapped = ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return -errno;
    ring_ = static_cast<io_uring_buf_ring*>(mapped);
    memory_ = static_cast<std::byte*>(mapped) + (mapped_bytes - memory_bytes);
    lent_.resize(count);
  }
  ::io_uring_buf_ring_init(ring_);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring_);
  registration.ring_entries = count;
  registration.bgid = group;
  const int result = ::io_uring_register_buf_ring(&ring, &registration, 0);
  if (result < 0) return result;
  for (unsigned id = 0; id != count; ++id) {
    if (!lent_[id]) add(id);
  }
  return 0;
}

void ReceiveBuffers::add(unsigned id) noexcept {
  ::io_uring_buf_ring_add(ring_, memory_ + std::size_t{id} * size, size, static_cast<unsigned short>(id),
                          ::io_uring_buf_ring_mask(count), 0);
  ::io_uring_buf_ring_advance(ring_, 1);
}

void ReceiveBuffers::lend(unsigned id) noexcept {
  lent_[id] = true;
  ++lent_count_;
}

void ReceiveBuffers::give_back(unsigned id) noexcept {
  lent_[id] = false;
  --lent_count_;
  add(id);
}

void Received::push(ReceiveBuffers& buffers, unsigned id, std::size_t bytes) {
  buffers.lend(id);
  size_ += bytes;
  if (bytes == 0) return buffers.give_back(id);
  if (spilled_.empty() && !buffers.scarce()) {
    const auto number = static_cast<std::uint16_t>(id);
    buffers.piece(id) = {0, static_cast<std::uint16_t>(bytes), none};
    (first_ == none ? first_ : buffers.piece(last_).next) = number;
    last_ = number;
    return;
  }
  if (spilled_begin_ > spilled_.size() / 2) {
    spilled_.erase(spilled_.begin(), spilled_.begin() + static_cast<std::ptrdiff_t>(spilled_begin_));
    spilled_begin_ = 0;
  }
  spilled_.insert(spilled_.end(), buffers.at(id), buffers.at(id) + bytes);
  buffers.give_back(id);
}

std::size_t Received::take(ReceiveBuffers& buffers, void* into, std::size_t size) noexcept {
  auto* to = static_cast<std::byte*>(into);
  std::size_t left = std::min(size, size_);
  const std::size_t taken = left;
  size_ -= taken;
  while (left != 0 && first_ != none) {
    ReceiveBuffers::Piece& piece = buffers.piece(first_);
    const auto part = static_cast<std::uint16_t>(std::min<std::size_t>(left, piece.end - piece.begin));
    std::memcpy(to, buffers.at(first_) + piece.begin, part);
    piece.begin = static_cast<std::uint16_t>(piece.begin + part);
    to += part;
    left -= part;
    if (piece.begin == piece.end) pop(buffers);
  }
  if (left != 0) {
    std::memcpy(to, spilled_.data() + spilled_begin_, left);
    spilled_begin_ += left;
    if (spilled_begin_ == spilled_.size()) {
      spilled_ = {};
      spilled_begin_ = 0;
    }
  }
  return taken;
}

void Received::clear(ReceiveBuffers& buffers) noexcept {
  while (first_ != none) pop(buffers);
  *this = Received{};
}

void Received::pop(ReceiveBuffers& buffers) noexcept {
  const std::uint16_t id = first_;
  first_ = buffers.piece(id).next;
  buffers.give_back(id);
}

}  // namespace eddy::sys::detail
