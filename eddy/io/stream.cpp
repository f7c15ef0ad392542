// SPDX-License-Identifier: MIT
#include "eddy/io/stream.h"

#include <sys/socket.h>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/io/detail/memory_transport.h"
#include "eddy/io/detail/socket_transport.h"

namespace eddy {

Stream::Stream(std::unique_ptr<Transport> transport)
    : state_(std::make_unique<detail::StreamState>(std::move(transport))) {}

AsyncGenerator<std::string> detail::read_lines(StreamState* state) {
  for (;;) {
    std::string line = co_await ReadUntil(state, "\n", ReadUntil::AtEnd::is_one, "lines() of");
    if (line.empty()) co_return;
    if (line.back() == '\n') line.pop_back();
    if (!line.empty() && line.back() == '\r') line.pop_back();
    co_yield std::move(line);
  }
}

std::string_view Stream::buffered() const noexcept { return state_ ? state_->buffer.view() : std::string_view(); }
void Stream::consume(std::size_t count) noexcept {
  if (state_) state_->buffer.consume(count);
}
bool Stream::at_eof() const noexcept { return !state_ || (state_->ended && state_->buffer.empty()); }
void Stream::set_limit(std::size_t bytes) noexcept {
  if (state_) state_->limit = bytes;
}

void Stream::close() noexcept {
  if (state_) state_->close();
}
bool Stream::is_open() const noexcept { return transport() != nullptr; }
int Stream::fd() const noexcept { return is_open() ? transport()->fd() : -1; }
std::string Stream::name() const {
  if (!state_) return "an empty stream";
  return state_->transport ? state_->transport->name() : state_->name;
}
const Transport* Stream::transport() const noexcept { return state_ ? state_->transport.get() : nullptr; }

std::unique_ptr<Transport> Stream::release_transport() {
  if (!is_open()) throw RuntimeError("release_transport(): " + name() + " is not open");
  if (!state_->buffer.empty() || state_->reader || !state_->writers.empty()) {
    throw RuntimeError("release_transport(): bytes of " + name() + " are unread, or an operation is under way");
  }
  std::unique_ptr<Transport> transport = std::move(state_->transport);
  transport->set_observer(nullptr);
  state_.reset();
  return transport;
}

Stream stream_from_socket(sys::Fd socket, std::string name) {
  sys::Poller& poller = detail::require_loop("stream_from_socket()").poller();
  return Stream(std::make_unique<detail::SocketTransport>(std::move(socket), std::move(name), poller));
}

StreamPair socket_stream_pair() {
  int ends[2];
  sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  sys::Fd one(ends[0]);
  sys::Fd other(ends[1]);
  Stream first = stream_from_socket(std::move(one), "a socket pair");
  return {std::move(first), stream_from_socket(std::move(other), "a socket pair")};
}

StreamPair memory_stream_pair(std::size_t capacity) {
  auto [first, second] = detail::make_memory_transports(capacity);
  return {Stream(std::move(first)), Stream(std::move(second))};
}

}  // namespace eddy
