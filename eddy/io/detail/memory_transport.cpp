// SPDX-License-Identifier: MIT
#include "eddy/io/detail/memory_transport.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "eddy/io/buffer.h"

namespace eddy::detail {

namespace {

class MemoryTransport;

/// One direction.
struct Lane {
  Buffer bytes;
  bool ended = false;   // the writer has said so
  bool broken = false;  // the writer was destroyed without saying so, or the reader is gone
  MemoryTransport* reader = nullptr;
  MemoryTransport* writer = nullptr;
};

struct Lanes {
  explicit Lanes(std::size_t bytes) : capacity(std::max<std::size_t>(bytes, 1)) {}
  std::size_t capacity;
  std::array<Lane, 2> lane;
};

class MemoryTransport final : public Transport {
 public:
  MemoryTransport(std::shared_ptr<Lanes> lanes, int side)
      : lanes_(std::move(lanes)),
        in_(lanes_->lane[static_cast<std::size_t>(side)]),
        out_(lanes_->lane[static_cast<std::size_t>(1 - side)]) {
    in_.reader = this;
    out_.writer = this;
  }

  ~MemoryTransport() override {
    in_.reader = nullptr;
    in_.broken = true;
    out_.writer = nullptr;
    out_.ended = true;  // as a closed socket ends
    if (in_.writer) in_.writer->tell_writer();
    if (out_.reader) out_.reader->tell_reader();
  }

  int read(void* into, std::size_t size) noexcept override {
    if (in_.bytes.empty()) return in_.ended ? 0 : -EAGAIN;
    const std::size_t some = std::min(size, in_.bytes.size());
    std::memcpy(into, in_.bytes.view().data(), some);
    in_.bytes.consume(some);
    if (in_.writer) in_.writer->tell_writer();
    return static_cast<int>(some);
  }

  int write(std::span<const iovec> pieces) noexcept override {
    if (out_.broken || out_.ended) return -EPIPE;
    int written = 0;
    for (const iovec& piece : pieces) {
      const std::size_t some = std::min(piece.iov_len, lanes_->capacity - out_.bytes.size());
      out_.bytes.append({static_cast<const char*>(piece.iov_base), some});
      written += static_cast<int>(some);
    }
    if (written == 0) return -EAGAIN;
    if (out_.reader) out_.reader->tell_reader();
    return written;
  }

  int write_eof() noexcept override {
    out_.ended = true;
    if (out_.reader) out_.reader->tell_reader();
    return 0;
  }

  std::string name() const override { return "a memory stream"; }
  bool usable_on(const sys::Poller&) const noexcept override { return true; }

 private:
  std::shared_ptr<Lanes> lanes_;
  Lane& in_;
  Lane& out_;
};

}  // namespace

std::pair<std::unique_ptr<Transport>, std::unique_ptr<Transport>> make_memory_transports(std::size_t capacity) {
  auto lanes = std::make_shared<Lanes>(capacity);
  auto first = std::make_unique<MemoryTransport>(lanes, 0);
  auto second = std::make_unique<MemoryTransport>(lanes, 1);
  return {std::move(first), std::move(second)};
}

}  // namespace eddy::detail
