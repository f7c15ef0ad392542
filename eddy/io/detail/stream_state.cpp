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

int StreamState::receive() {
  const std::span<char> memory = scratch();
  return receive(memory.data(), memory.size());
}

int StreamState::receive(void* into, std::size_t size) {
  if (ended) return 0;
  const int got = transport->read(into, size);
  if (got < 0 && got != -EAGAIN) transport->fail("read from", -got);
  if (got == 0) ended = true;
  return got;
}

bool StreamState::fill() {
  const int got = receive();
  if (got > 0) buffer.append(std::string_view(scratch().data(), static_cast<std::size_t>(got)));
  return got >= 0;
}

int StreamState::read(void* into, std::size_t size) {
  if (buffer.empty()) return receive(into, size);
  const std::size_t some = std::min(size, buffer.size());
  std::memcpy(into, buffer.view().data(), some);
  buffer.consume(some);
  return static_cast<int>(some);
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
