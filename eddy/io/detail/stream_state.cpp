// SPDX-License-Identifier: MIT
#include "eddy/io/detail/stream_state.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/io/scratch.h"
#include "eddy/io/stream_error.h"

namespace eddy::detail {

StreamState::StreamState(std::unique_ptr<Transport> on) : transport(std::move(on)) { transport->set_observer(this); }

bool StreamState::fill() {
  if (ended) return true;
  const std::span<char> memory = scratch();
  const int got = transport->read(memory.data(), memory.size());
  if (got == -EAGAIN) return false;
  if (got < 0) transport->fail("read from", -got);
  ended = got == 0;
  buffer.append(std::string_view(memory.data(), static_cast<std::size_t>(got)));
  return true;
}

int StreamState::read(void* into, std::size_t size) {
  if (!buffer.empty()) {
    const std::size_t some = std::min(size, buffer.size());
    std::memcpy(into, buffer.view().data(), some);
    buffer.consume(some);
    return static_cast<int>(some);
  }
  if (ended) return 0;
  const int got = transport->read(into, size);
  if (got < 0 && got != -EAGAIN) transport->fail("read from", -got);
  if (got == 0) ended = true;
  return got;
}

void StreamState::close() noexcept {
  if (!transport) return;
  name = transport->name();
  transport.reset();
  const auto closed = [&](const char* doing) {
    return std::make_exception_ptr(ClosedError(std::string(doing) + " " + name + ": the stream was closed meanwhile"));
  };
  if (TryOp* op = std::exchange(reader, nullptr)) op->end(closed("read from"));
  if (!writers.empty()) writers.end(closed("write to"));
}

void StreamState::check_usable(const char* doing) const {
  if (!transport) {
    throw ClosedError(std::string(doing) + " " + (name.empty() ? "a stream" : name) + ": the stream is closed");
  }
  if (running.loop && !transport->usable_on(running.loop->poller())) {
    throw RuntimeError(std::string(doing) + " " + transport->name() +
                       ": the stream belongs to another event loop, or to one that is closed");
  }
}

void StreamState::try_read_again() noexcept {
  if (reader) reader->try_again();
}

void StreamState::try_write_again() noexcept { writers.try_again(); }

}  // namespace eddy::detail
