// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eddy/io/detail/stream_ops.h"
#include "eddy/io/transport.h"
#include "eddy/iter/async_generator.h"
#include "eddy/sys/fd.h"

namespace eddy {

namespace detail {

/// The lines of a stream that may move meanwhile.
AsyncGenerator<std::string> read_lines(StreamState* state);

inline iovec piece(std::string_view bytes) noexcept { return {const_cast<char*>(bytes.data()), bytes.size()}; }
inline iovec piece(std::span<const std::byte> bytes) noexcept {
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

template <class B>
concept Bytes = requires(const B& bytes) { piece(bytes); };

template <class L>
concept PieceList = std::convertible_to<const L&, std::span<const std::string_view>>;

template <class...>
inline constexpr bool kNever = false;

}  // namespace detail

/// Bytes in both directions: a TCP connection, a TLS session, a Unix socket, a pipe, memory. asyncio's StreamReader and
/// StreamWriter in one.
///
/// Reads go through a buffer of the stream's own, so a cancelled read (a timeout, say) loses no bytes: the next one
/// finds them. Writes take the caller's bytes, which must stay where they are until the write has ended; those of a
/// write that becomes a task (`create_task(stream.write(…))`) are copied, a temporary string is kept. A cancelled write
/// may have sent a part. One task reads at a time; any number may write, each write goes out as a whole.
///
/// Ownership: movable, empty after. Destroying it closes it hard and ends operations under way with ClosedError;
/// `aclose()` (and `with`) says goodbye first. Thread: the loop's it was made on. Errors: std::system_error with the
/// peer's name; see also stream_error.h.
class [[nodiscard]] Stream {
 public:
  Stream() noexcept = default;
  /// Advanced: a stream on a transport of your own.
  explicit Stream(std::unique_ptr<Transport> transport);

  // --- reading

  /// What is there, as soon as something is: at most `max` bytes, none at the end of the stream. asyncio's `read(n)`.
  detail::ReadSome read_some(std::size_t max = kSomeMax) noexcept { return {state_.get(), max}; }
  /// The same into the caller's memory, without allocating: how many bytes, 0 at the end of the stream.
  detail::ReadInto read_some(std::span<std::byte> memory) noexcept { return {state_.get(), memory}; }
  detail::ReadInto read_some(std::span<char> memory) noexcept { return {state_.get(), std::as_writable_bytes(memory)}; }
  /// `count` bytes, or IncompleteReadError, which has the bytes that came.
  detail::ReadExactly read_exactly(std::size_t count) noexcept { return {state_.get(), count}; }
  /// Up to and with the separator; IncompleteReadError at the end of the stream, LimitOverrunError beyond the limit.
  detail::ReadUntil read_until(std::string separator) noexcept {
    return {state_.get(), std::move(separator), detail::ReadUntil::AtEnd::fails, "read_until() from"};
  }
  /// A line with its '\n'; the last one may have none; empty at the end of the stream. asyncio's `readline()`.
  detail::ReadUntil read_line() noexcept {
    return {state_.get(), "\n", detail::ReadUntil::AtEnd::is_one, "read_line() from"};
  }
  /// Everything up to the end of the stream; LimitOverrunError when it is more than `max`.
  detail::ReadAll read_all(std::size_t max = std::string_view::npos) noexcept { return {state_.get(), max}; }
  /// The lines that are left, without their line ends.
  AsyncGenerator<std::string> lines() { return detail::read_lines(state_.get()); }

  /// Waits until `count` bytes are in the buffer, or the stream has ended: a view of the whole buffer, which the next
  /// read invalidates. Takes nothing.
  detail::Fill peek(std::size_t count = 1) noexcept { return {state_.get(), count}; }
  /// What has arrived and was not read, without waiting. For parsers: `peek` more, `consume` what was understood.
  [[nodiscard]] std::string_view buffered() const noexcept;
  void consume(std::size_t count) noexcept;
  /// True once everything up to the end of the stream has been read.
  [[nodiscard]] bool at_eof() const noexcept;
  /// How many bytes may come before the separator of `read_until`, `read_line` and `lines`: 64 KiB at first. More is a
  /// LimitOverrunError, and stays in the stream.
  void set_limit(std::size_t bytes) noexcept;

  // --- writing

  /// Ends once all bytes of all pieces are in the kernel: that is the backpressure, there is no `drain()` to forget.
  template <detail::Bytes... B>
    requires(sizeof...(B) > 0)
  detail::WritePieces<sizeof...(B)> write(const B&... pieces) noexcept {
    return {state_.get(), std::array<iovec, sizeof...(B)>{detail::piece(pieces)...}};
  }
  /// The same for a temporary string, which the write keeps.
  detail::WriteString write(std::string&& text) noexcept { return {state_.get(), std::move(text)}; }
  template <class... B>
    requires(sizeof...(B) > 0 && !(detail::Bytes<B> && ...) && !(detail::PieceList<B> && ...))
  void write(const B&...) {
    static_assert(detail::kNever<B...>,
                  "eddy: Stream::write takes bytes: strings, string_views, spans of std::byte; a number goes through "
                  "std::to_string or std::format, an array through std::as_bytes(std::span(array))");
  }
  /// As many pieces as the list has; only the list itself is copied.
  detail::WriteList write(std::span<const std::string_view> pieces) { return {state_.get(), pieces}; }
  /// Half-close: the peer sees the end of the stream, and can still answer.
  detail::WriteEof write_eof() noexcept { return detail::WriteEof(state_.get()); }

  // --- the whole

  /// Says goodbye where the protocol has a word for it (TLS), then closes. Closing twice is fine.
  detail::StreamClose aclose() noexcept { return detail::StreamClose(state_.get()); }
  /// Closes hard, at once.
  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept;
  /// Its descriptor, or -1: for socket options. Not to be read, written or closed.
  [[nodiscard]] int fd() const noexcept;
  /// The other end, for messages.
  [[nodiscard]] std::string name() const;
  /// Advanced: the transport, to put another one over it (as TLS does); the stream is empty then. Throws RuntimeError
  /// when bytes are in the buffer or an operation is under way.
  [[nodiscard]] std::unique_ptr<Transport> release_transport();
  [[nodiscard]] const Transport* transport() const noexcept;

 private:
  static constexpr std::size_t kSomeMax = 64 * 1024;
  std::unique_ptr<detail::StreamState> state_;
};

/// Two streams in memory, each the other's peer: for tests, and between tasks of one loop. What one end has written and
/// the other has not read is at most `capacity` bytes. They belong to no
/// loop in particular, but to one thread at a time, both.
struct StreamPair {
  StreamPair(Stream one, Stream other) noexcept : first(std::move(one)), second(std::move(other)) {}
  Stream first;
  Stream second;
};
[[nodiscard]] StreamPair memory_stream_pair(std::size_t capacity = 64 * 1024);

/// Two connected Unix sockets: as above, through the kernel. One end may be given to another process.
[[nodiscard]] StreamPair socket_stream_pair();

/// Advanced: a stream on a connected stream socket, which it takes over. Needs a running loop.
[[nodiscard]] Stream stream_from_socket(sys::Fd socket, std::string name);

}  // namespace eddy
