// SPDX-License-Identifier: MIT
#include "eddy/io/detail/stream_ops.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/io/ready_fd.h"
#include "eddy/io/scratch.h"
#include "eddy/io/stream_error.h"

namespace eddy::detail {

namespace {

std::string first_bytes(Buffer& buffer, std::size_t count) {
  std::string bytes(buffer.view().substr(0, count));
  buffer.consume(bytes.size());
  return bytes;
}

// Fills the buffer up to a size, or to the end of the stream.
TryOp::Progress fill_to(StreamState& state, std::size_t size) {
  while (state.buffer.size() < size && !state.ended) {
    if (!state.fill()) return TryOp::kBlocked;
    if (!running.spend()) return state.buffer.size() < size && !state.ended ? TryOp::kMore : TryOp::kDone;
  }
  return TryOp::kDone;
}

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kSomeMax = std::size_t{1} << 30;  // what one attempt may ask for: results are ints

}  // namespace

// ---- reads

StreamState& StreamRead::stream() const {
  if (!state_) throw_empty(doing_);
  state_->check_usable(doing_);
  return *state_;
}

// It has been looked at whether the stream can be used, or will be, in the attempt.
void StreamRead::join() {
  if (!state_) throw_empty(doing_);
  StreamState& state = *state_;
  if (state.reader) {
    throw RuntimeError(std::string(doing_) + " " + state.transport->name() +
                       ": another task is reading from this stream; let one task read, and pass on what it got");
  }
  state.reader = this;
}

void StreamRead::leave() noexcept { state_->reader = nullptr; }

TryOp::Progress ReadInto::attempt() {
  StreamState& state = stream();
  if (memory_.empty()) return kDone;
  const int got = state.read(memory_.data(), std::min(memory_.size(), kSomeMax));
  if (got < 0) return kBlocked;
  got_ = static_cast<std::size_t>(got);
  return kDone;
}

TryOp::Progress ReadSome::attempt() {
  StreamState& state = stream();
  if (max_ == 0) return kDone;
  if (!state.buffer.empty()) {
    result_ = first_bytes(state.buffer, max_);
    return kDone;
  }
  const int got = state.receive();
  if (got < 0) return kBlocked;
  const std::string_view bytes(scratch().data(), static_cast<std::size_t>(got));
  result_ = bytes.substr(0, max_);
  state.buffer.append(bytes.substr(result_.size()));
  return kDone;
}

// Until it is complete everything stays in the buffer, so that a cancelled read has taken nothing.
TryOp::Progress ReadExactly::attempt() {
  StreamState& state = stream();
  if (const Progress progress = fill_to(state, count_); progress != kDone) return progress;
  result_ = first_bytes(state.buffer, count_);
  if (result_.size() == count_) return kDone;
  const std::string message = "read_exactly(" + std::to_string(count_) + ") from " + state.transport->name() +
                              ": the stream ended after " + std::to_string(result_.size()) + " bytes";
  throw IncompleteReadError(message, std::move(result_));
}

TryOp::Progress ReadAll::attempt() {
  StreamState& state = stream();
  if (const Progress progress = fill_to(state, max_ == npos ? npos : max_ + 1); progress != kDone) return progress;
  if (state.buffer.size() > max_) {
    throw LimitOverrunError("read_all() from " + state.transport->name() + ": more than " + std::to_string(max_) +
                                " bytes; give it a higher limit, or read in parts",
                            max_);
  }
  result_ = first_bytes(state.buffer, state.buffer.size());
  return kDone;
}

TryOp::Progress ReadUntil::attempt() {
  StreamState& state = stream();
  if (separator_.empty()) throw RuntimeError("read_until(\"\"): the separator is empty");
  for (;;) {
    const std::string_view bytes = state.buffer.view();
    const std::size_t at = bytes.find(separator_, searched_);
    // The limit holds however the bytes happen to arrive: also when the separator has come along with too much.
    if (std::min(at, bytes.size()) > state.limit) {
      throw LimitOverrunError("more than " + std::to_string(state.limit) + " bytes before a separator from " +
                                  state.transport->name() + "; raise the limit with set_limit(), or read in parts",
                              state.limit);
    }
    if (at != bytes.npos) {
      result_ = first_bytes(state.buffer, at + separator_.size());
      return kDone;
    }
    if (state.ended) return finish(state);
    searched_ = bytes.size() - std::min(bytes.size(), separator_.size() - 1);
    if (const Progress progress = fill_to(state, bytes.size() + 1); progress != kDone) return progress;
  }
}

TryOp::Progress ReadUntil::finish(StreamState& state) {
  result_ = first_bytes(state.buffer, state.buffer.size());
  if (end_ == AtEnd::is_one) return kDone;
  const std::string message = "read_until() from " + state.transport->name() + ": the stream ended after " +
                              std::to_string(result_.size()) + " bytes, without the separator";
  throw IncompleteReadError(message, std::move(result_));
}

TryOp::Progress Fill::attempt() {
  StreamState& state = stream();
  const Progress progress = fill_to(state, at_least_);
  view_ = state.buffer.view();
  return progress;
}

// ---- writes

StreamState& StreamWrite::stream() const {
  if (!state_) throw_empty(doing_);
  state_->check_usable(doing_);
  return *state_;
}

void StreamWrite::join() {
  if (!state_) throw_empty(doing_);
  state_->writers.join(*this);
}
void StreamWrite::leave() noexcept { state_->writers.leave(*this); }

TryOp::Progress StreamWrite::write(std::span<iovec> pieces, std::size_t& first) {
  StreamState& state = stream();
  for (;;) {
    while (first != pieces.size() && pieces[first].iov_len == 0) ++first;
    if (first == pieces.size()) return flush(state);
    if (!running.spend()) return kMore;
    const int wrote = state.transport->write(pieces.subspan(first));
    if (wrote == -EAGAIN) return kBlocked;
    if (wrote < 0) state.transport->fail("write to", -wrote);
    auto left = static_cast<std::size_t>(wrote);
    for (std::size_t i = first; left != 0; ++i) {
      const std::size_t part = std::min(left, pieces[i].iov_len);
      pieces[i].iov_base = static_cast<char*>(pieces[i].iov_base) + part;
      pieces[i].iov_len -= part;
      left -= part;
    }
  }
}

std::unique_ptr<char[]> copy_of(std::span<iovec> pieces) {
  std::size_t size = 0;
  for (const iovec& piece : pieces) size += piece.iov_len;
  std::unique_ptr<char[]> copy(new char[size]);
  char* to = copy.get();
  for (iovec& piece : pieces) {
    if (piece.iov_len != 0) std::memcpy(to, piece.iov_base, piece.iov_len);
    piece.iov_base = to;
    to += piece.iov_len;
  }
  return copy;
}

TryOp::Progress StreamWrite::flush(StreamState& state) {
  const int result = state.transport->flush();
  if (result == -EAGAIN) return kBlocked;
  if (result < 0) state.transport->fail("write to", -result);
  return kDone;
}

WriteList::WriteList(StreamState* of, std::span<const std::string_view> pieces) : StreamWrite(of, "write() to") {
  pieces_.reserve(pieces.size());
  for (const std::string_view piece : pieces) pieces_.push_back({const_cast<char*>(piece.data()), piece.size()});
}

WriteString::WriteString(StreamState* of, std::string&& text) noexcept
    : StreamWrite(of, "write() to"), text_(std::move(text)) {}

WriteString::WriteString(WriteString&& other) noexcept
    : StreamWrite(static_cast<StreamWrite&&>(other)), text_(std::move(other.text_)) {}

TryOp::Progress WriteString::attempt() {
  if (!rest_.iov_base) rest_ = {text_.data(), text_.size()};  // now: a string that moves takes its bytes along
  return write({&rest_, 1}, first_);
}

TryOp::Progress WriteEof::attempt() {
  StreamState& state = stream();
  const int result = state.transport->write_eof();
  if (result == -EAGAIN) return kBlocked;
  if (result < 0) state.transport->fail("write_eof() to", -result);
  return kDone;
}

TryOp::Progress StreamClose::attempt() {
  if (!of_ || !of_->transport || !of_->transport->usable_on(running.loop->poller())) return kDone;
  return of_->transport->goodbye() == -EAGAIN ? kBlocked : kDone;
}

void StreamRead::describe(OpDescription& to) const { to.is(doing_, state_->transport->name()); }
void StreamWrite::describe(OpDescription& to) const { to.is(doing_, state_->transport->name()); }

}  // namespace eddy::detail
