// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/uio.h>

#include "eddy/io/detail/stream_state.h"

namespace eddy::detail {

/// A read of a stream: one at a time.
class StreamRead : public TryOp {
 public:
  StreamRead(StreamState* of, const char* doing) noexcept : state_(of), doing_(doing) {}
  StreamRead(StreamRead&&) = default;
  void describe(OpDescription& to) const override;

 protected:
  ~StreamRead() = default;
  /// True when it is this operation's turn and the stream can be used; throws otherwise.
  StreamState& stream() const;
  bool may_try() noexcept override { return !state_ || !state_->reader || state_->reader == this; }
  void join() override;
  void leave() noexcept override;

 private:
  StreamState* state_;
  const char* doing_;
};

/// `read_some` into the caller's memory.
class [[nodiscard("co_await it")]] ReadInto final : public StreamRead, public AwaitLeaf<ReadInto> {
 public:
  ReadInto(StreamState* of, std::span<std::byte> memory) noexcept
      : StreamRead(of, "read_some() from"), memory_(memory) {}
  ReadInto(ReadInto&&) = default;
  std::size_t take() const {
    check();
    return got_;
  }

 private:
  Progress attempt() override;
  std::span<std::byte> memory_;
  std::size_t got_ = 0;
};

/// Reads that end in a string of their own.
class StringRead : public StreamRead {
 public:
  using StreamRead::StreamRead;
  StringRead(StringRead&&) = default;
  std::string take() {
    check();
    return std::move(result_);
  }

 protected:
  ~StringRead() = default;
  std::string result_;
};

class [[nodiscard("co_await it")]] ReadSome final : public StringRead, public AwaitLeaf<ReadSome> {
 public:
  ReadSome(StreamState* of, std::size_t max) noexcept : StringRead(of, "read_some() from"), max_(max) {}
  ReadSome(ReadSome&&) = default;

 private:
  Progress attempt() override;
  std::size_t max_;
};

class [[nodiscard("co_await it")]] ReadExactly final : public StringRead, public AwaitLeaf<ReadExactly> {
 public:
  ReadExactly(StreamState* of, std::size_t count) noexcept : StringRead(of, "read_exactly() from"), count_(count) {}
  ReadExactly(ReadExactly&&) = default;

 private:
  Progress attempt() override;
  std::size_t count_;
};

class [[nodiscard("co_await it")]] ReadAll final : public StringRead, public AwaitLeaf<ReadAll> {
 public:
  ReadAll(StreamState* of, std::size_t max) noexcept : StringRead(of, "read_all() from"), max_(max) {}
  ReadAll(ReadAll&&) = default;

 private:
  Progress attempt() override;
  std::size_t max_;
};

/// Up to and with a separator; a line may end with the stream instead.
class [[nodiscard("co_await it")]] ReadUntil final : public StringRead, public AwaitLeaf<ReadUntil> {
 public:
  enum class AtEnd : bool { fails, is_one };
  ReadUntil(StreamState* of, std::string separator, AtEnd end, const char* doing) noexcept
      : StringRead(of, doing), separator_(std::move(separator)), end_(end) {}
  ReadUntil(ReadUntil&&) = default;

 private:
  Progress attempt() override;
  Progress finish(StreamState& state);
  std::string separator_;
  std::size_t searched_ = 0;
  AtEnd end_;
};

/// Waits until the buffer holds more than before: the parser's way to read.
class [[nodiscard("co_await it")]] Fill final : public StreamRead, public AwaitLeaf<Fill> {
 public:
  Fill(StreamState* of, std::size_t at_least) noexcept : StreamRead(of, "peek() at"), at_least_(at_least) {}
  Fill(Fill&&) = default;
  std::string_view take() const {
    check();
    return view_;
  }

 private:
  Progress attempt() override;
  std::size_t at_least_;
  std::string_view view_;
};

/// A write: those of one stream go one after the other, each as a whole.
class StreamWrite : public TryOp {
 public:
  StreamWrite(StreamState* of, const char* doing) noexcept : state_(of), doing_(doing) {}
  StreamWrite(StreamWrite&&) = default;
  void take() const { check(); }
  void describe(OpDescription& to) const override;

 protected:
  ~StreamWrite() = default;
  StreamState& stream() const;
  bool may_try() noexcept override { return !state_ || state_->writers.is_turn_of(*this); }
  void join() override;
  void leave() noexcept override;
  /// Writes the pieces, and forgets of them what was written.
  Progress write(std::span<iovec> pieces, std::size_t& first);

 private:
  static Progress flush(StreamState& state);

  StreamState* state_;
  const char* doing_;
};

/// Copies the bytes, and lets the pieces refer to the copy: for a write that becomes a task.
std::unique_ptr<char[]> copy_of(std::span<iovec> pieces);

template <std::size_t N>
class [[nodiscard("co_await it: bytes that are not awaited are not written")]] WritePieces final
    : public StreamWrite,
      public AwaitLeaf<WritePieces<N>> {
 public:
  WritePieces(StreamState* of, const std::array<iovec, N>& pieces) noexcept
      : StreamWrite(of, "write() to"), pieces_(pieces) {}
  WritePieces(WritePieces&&) = default;
  void keep_bytes() { kept_ = copy_of(pieces_); }

 private:
  TryOp::Progress attempt() override { return this->write(pieces_, first_); }
  std::array<iovec, N> pieces_;
  std::unique_ptr<char[]> kept_;
  std::size_t first_ = 0;
};

/// Keeps a string that would be gone too soon. It is moved out of line: GCC 12 misjudges the bounds of strings that are
/// moved within a coroutine.
class [[nodiscard("co_await it: bytes that are not awaited are not written")]] WriteString final
    : public StreamWrite,
      public AwaitLeaf<WriteString> {
 public:
  WriteString(StreamState* of, std::string&& text) noexcept;
  WriteString(WriteString&& other) noexcept;

 private:
  Progress attempt() override;
  std::string text_;
  iovec rest_{};
  std::size_t first_ = 0;
};

class [[nodiscard("co_await it")]] WriteList final : public StreamWrite, public AwaitLeaf<WriteList> {
 public:
  WriteList(StreamState* of, std::span<const std::string_view> pieces);
  WriteList(WriteList&&) = default;
  void keep_bytes() { kept_ = copy_of(pieces_); }

 private:
  Progress attempt() override { return write(pieces_, first_); }
  std::vector<iovec> pieces_;
  std::unique_ptr<char[]> kept_;
  std::size_t first_ = 0;
};

class [[nodiscard("co_await it")]] WriteEof final : public StreamWrite, public AwaitLeaf<WriteEof> {
 public:
  explicit WriteEof(StreamState* of) noexcept : StreamWrite(of, "write_eof() of") {}
  WriteEof(WriteEof&&) = default;

 private:
  Progress attempt() override;
};

/// Says goodbye, then closes. Errors of the goodbye are nobody's business any more.
class [[nodiscard("co_await it")]] StreamClose final : public StreamWrite, public AwaitLeaf<StreamClose> {
 public:
  explicit StreamClose(StreamState* of) noexcept : StreamWrite(of, "aclose() of"), of_(of) {}
  StreamClose(StreamClose&&) = default;
  void take() noexcept {
    if (of_ && !was_ended()) of_->close();
  }

 private:
  Progress attempt() override;
  StreamState* of_;
};

}  // namespace eddy::detail
