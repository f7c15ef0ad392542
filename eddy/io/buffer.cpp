// SPDX-License-Identifier: MIT
#include "eddy/io/buffer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace eddy {

void Buffer::append(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
  commit(bytes.size());
}

char* Buffer::prepare(std::size_t bytes) {
  if (capacity_ - end_ < bytes) make_room(bytes);
  return memory_.get() + end_;
}

void Buffer::consume(std::size_t bytes) noexcept {
  assert(bytes <= size());
  begin_ += bytes;
  if (empty()) *this = Buffer{};
}

void Buffer::make_room(std::size_t bytes) {
  const std::size_t needed = size() + bytes;
  if (needed <= capacity_ && begin_ >= capacity_ / 2) {  // else moving costs more than it frees
    std::memmove(memory_.get(), memory_.get() + begin_, size());
  } else {
    Buffer larger;
    larger.capacity_ = std::max(needed, capacity_ * 2);
    larger.memory_.reset(new char[larger.capacity_]);  // make_unique would write zeros first
    if (!empty()) std::memcpy(larger.memory_.get(), memory_.get() + begin_, size());
    larger.end_ = size();
    return swap(larger);
  }
  end_ = size();
  begin_ = 0;
}

void Buffer::swap(Buffer& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  std::swap(capacity_, other.capacity_);
}

}  // namespace eddy
