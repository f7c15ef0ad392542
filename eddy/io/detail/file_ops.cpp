// SPDX-License-Identifier: MIT
#include "eddy/io/detail/file_ops.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "eddy/core/op_description.h"
#include "eddy/core/running.h"
#include "eddy/io/stream_error.h"

namespace eddy::detail {

namespace {

constexpr std::size_t kFlightMax = 1024 * 1024;  // so that a cancelled transfer ends soon
constexpr std::size_t kChunk = 64 * 1024;

}  // namespace

// ---- all of them

void FileOp::join() {
  if (in_line()) state_->line.join(*this);
}

void FileOp::leave() noexcept {
  if (in_line()) state_->line.leave(*this);
}

FileState& FileOp::file() const {
  if (!state_) throw ClosedError(std::string(doing_) + " a file: the File is empty, or was moved from");
  state_->check_open(doing_);
  return *state_;
}

void FileOp::fail(int error) const { state_->fail(doing_, error); }

TryOp::Progress FileOp::fly(FileCall call, void* memory, std::size_t size, std::int64_t offset) {
  if (state() == kIdle) return kMore;  // not yet awaited for good: it may still be cancelled before it begins
  flight_.launch(*this, state_, call, memory, size, offset);
  return kBlocked;
}

void FileOp::cancel() noexcept {
  if (!flight_.flying()) return TryOp::cancel();
  cancelled_ = true;
  flight_.abort();
}

void FileOp::landed(std::int64_t result) noexcept {
  account(result);
  if (cancelled_ && !finished()) return TryOp::cancel();
  try_again();
}

// ---- bytes

std::int64_t FileTransfer::where() const noexcept {
  if (offset_ != kAtPosition) return offset_ + static_cast<std::int64_t>(done_);
  if (!state_->seekable) return -1;
  return state_->position + (call_ == FileCall::read ? static_cast<std::int64_t>(done_) : 0);
}

TryOp::Progress FileTransfer::transfer(char* memory, std::size_t size) {
  FileState& state = file();
  while (!finished() && done_ != size) {
    if (error_ != 0) break;
    if (!running.spend()) return kMore;
    char* const at = memory + done_;
    const std::size_t left = size - done_;
    const std::int64_t moved =
        call_ == FileCall::read ? state.try_read(at, left, where()) : state.try_write(at, left, where());
    if (moved == -EAGAIN) return fly(call_, at, std::min(left, kFlightMax), where());
    account(moved);
  }
  if (error_ != 0) fail(error_);
  return kDone;
}

void FileTransfer::account(std::int64_t result) noexcept {
  if (result > 0) {
    done_ += static_cast<std::size_t>(result);
  } else if (result == 0) {
    ended_ = true;
  } else if (result != -EINTR) {
    error_ = static_cast<int>(-result);
  }
}

void FileTransfer::finish_read() noexcept {
  if (offset_ != kAtPosition) return;
  state_->position += static_cast<std::int64_t>(done_);
  state_->ahead_stale = true;
}

TryOp::Progress FileReadInto::go() {
  const Progress progress = transfer(reinterpret_cast<char*>(memory_.data()), memory_.size());
  if (progress == kDone) finish_read();
  return progress;
}

TryOp::Progress FileRead::go() {
  file();
  do {
    make_room();
    if (const Progress progress = transfer(result_.data(), result_.size()); progress != kDone) return progress;
  } while (!finished());
  result_.resize(done_);
  finish_read();
  return kDone;
}

// All that is left is as much as there seems to be, and a byte more that is not there: the end shows at once. The
// memory is had in one piece, but touched in parts: a gigabyte of zeros would keep the loop from its other work.
void FileRead::make_room() {
  if (done_ != result_.size()) return;
  const std::int64_t from = offset_ == kAtPosition ? state_->position : offset_;
  const auto known = static_cast<std::size_t>(std::max<std::int64_t>(state_->size_now() - from, 0));
  const std::size_t wanted = std::min(count_, done_ <= known ? known + 1 : std::max(done_ * 2, kChunk));
  result_.reserve(wanted);
  result_.resize(std::min(wanted, done_ + kFlightMax));
}

TryOp::Progress FileWrite::go() {
  FileState& state = file();
  state.ahead_stale = true;
  const auto* from = reinterpret_cast<const char*>(bytes_.data());
  const Progress progress = transfer(const_cast<char*>(from), bytes_.size());
  if (progress == kDone && offset_ == kAtPosition && state.appends) state.position = state.size_now();
  return progress;
}

void FileWrite::account(std::int64_t result) noexcept {
  FileTransfer::account(result == 0 ? -ENOSPC : result);
  if (result > 0 && offset_ == kAtPosition) state_->position += result;
}

TryOp::Progress FileReadLine::go() {
  FileState& state = file();
  if (state.ahead_stale) {
    state.ahead = Buffer{};
    state.ahead_stale = false;
    searched_ = 0;
  }
  while (!find()) {
    if (error_ != 0) fail(error_);
    if (!running.spend()) return kMore;
    char* const room = state.ahead.prepare(kChunk);
    const std::int64_t at = state.seekable ? state.position + static_cast<std::int64_t>(state.ahead.size()) : -1;
    const std::int64_t got = state.try_read(room, kChunk, at);
    if (got == -EAGAIN) return fly(FileCall::read, room, kChunk, at);
    account(got);
  }
  return kDone;
}

bool FileReadLine::find() {
  const std::string_view ahead = state_->ahead.view();
  const std::size_t at = ahead.find('\n', searched_);
  searched_ = ahead.size();
  if (at == ahead.npos && !ended_) return false;
  result_ = ahead.substr(0, at == ahead.npos ? at : at + 1);
  state_->position += static_cast<std::int64_t>(result_.size());
  state_->ahead.consume(result_.size());
  return true;
}

void FileReadLine::account(std::int64_t result) noexcept {
  if (result > 0) {
    state_->ahead.commit(static_cast<std::size_t>(result));
  } else if (result == 0) {
    ended_ = true;
  } else if (result != -EINTR) {
    error_ = static_cast<int>(-result);
  }
}

// ---- the rest

TryOp::Progress FileSeek::go() {
  FileState& state = file();
  if (!state.seekable) fail(ESPIPE);
  const std::int64_t base = from_ == Whence::start ? 0 : from_ == Whence::current ? state.position : state.size_now();
  if (__builtin_add_overflow(base, by_, &to_) || to_ < 0) fail(EINVAL);
  if (to_ != state.position) state.ahead_stale = true;
  state.position = to_;
  return kDone;
}

TryOp::Progress FileCallOp::go() {
  FileState& state = file();
  if (!answered_) return fly(call_, nullptr, 0, argument_);
  if (answer_ < 0) fail(static_cast<int>(-answer_));
  state.ahead_stale = true;
  return kDone;
}

// Operations at offsets of their own may still be outside: the last of them closes it then.
TryOp::Progress FileClose::go() {
  if (!state_ || (state_->closed && !answered())) return kDone;
  if (answered()) {
    if (answer_ < 0) fail(static_cast<int>(-answer_));
    return kDone;
  }
  if (state_->in_flight()) {
    state_->close();
    return kDone;
  }
  const Progress progress = fly(FileCall::close, nullptr, 0, 0);
  if (progress == kBlocked) state_->closed = true;
  return progress;
}

void FileOp::describe(OpDescription& to) const { to.is(doing_, state_->path); }

}  // namespace eddy::detail
