// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/io/detail/file_ops.h"
#include "eddy/iter/async_generator.h"
#include "eddy/sys/fd.h"

namespace eddy {

using detail::Whence;

namespace detail {

/// The lines of a file that may move meanwhile.
AsyncGenerator<std::string> read_lines(std::shared_ptr<FileState> file);

}  // namespace detail

/// An open file: aiofiles' file object.
///
/// It has a position. Operations that use it (all but `read_at` and `write_at`) take turns in the order in which they
/// were awaited, each as a whole; those with an offset of their own run beside them. What is in the page cache is read
/// at once; the rest the kernel reads and writes on its own (io_uring), or a thread of the loop's pool (epoll).
///
/// Cancellation: an operation that the kernel or a thread is at ends when they let go of its memory. A cancelled read
/// leaves the position where it was; a cancelled write may have written a part, and the position is behind it.
///
/// Ownership: movable, empty after. Destroying it closes it at once and tells nobody of an error; `aclose()` (and
/// `with`) closes behind what is under way, in a thread, and throws what the file system says only then. Operations
/// under way when it is destroyed end with ClosedError.
/// Thread: any loop's, one at a time. Errors: std::system_error with the path.
/// Whole files: `read_text`, `write_text`; pipes and terminals: `stream_from_pipe`, `stdin_stream`.
class [[nodiscard]] File {
 public:
  File() noexcept = default;
  /// Advanced: takes over the descriptor of a regular file. `path` is for messages.
  File(sys::Fd file, std::string path, bool appends = false);
  File(File&&) noexcept = default;
  File& operator=(File&& other) noexcept;
  ~File() { close(); }

  // --- reading, at the position

  /// All that is left.
  detail::FileRead read() noexcept { return read(std::string_view::npos); }
  /// `count` bytes; fewer only at the end of the file, none once it is reached.
  detail::FileRead read(std::size_t count) noexcept { return {state_, "read from", count, detail::kAtPosition}; }
  /// What one call brings, into the caller's memory: how many bytes, 0 at the end of the file.
  detail::FileReadInto read_some(std::span<std::byte> memory) noexcept {
    return {state_, "read from", memory, detail::kAtPosition, detail::FileReadInto::Until::some};
  }
  detail::FileReadInto read_some(std::span<char> memory) noexcept { return read_some(std::as_writable_bytes(memory)); }
  /// A line with its '\n'; the last one may have none; empty at the end of the file.
  detail::FileReadLine read_line() noexcept { return detail::FileReadLine(state_); }
  /// The lines that are left, without their line ends.
  AsyncGenerator<std::string> lines() { return detail::read_lines(state_); }

  // --- writing, at the position; or at the end, if it was opened with "a"

  /// All of the bytes, which must stay where they are meanwhile.
  detail::FileWrite write(std::string_view bytes) noexcept { return write(std::as_bytes(std::span(bytes))); }
  detail::FileWrite write(std::span<const std::byte> bytes) noexcept {
    return {state_, "write to", bytes, detail::kAtPosition};
  }

  // --- elsewhere: the position stays where it is

  /// `count` bytes from `offset` on; fewer only at the end of the file.
  detail::FileRead read_at(std::uint64_t offset, std::size_t count) noexcept {
    return {state_, "read_at() from", count, static_cast<std::int64_t>(offset)};
  }
  /// Fills the caller's memory: how many bytes, fewer only at the end of the file.
  detail::FileReadInto read_at(std::uint64_t offset, std::span<std::byte> memory) noexcept {
    return {state_, "read_at() from", memory, static_cast<std::int64_t>(offset), detail::FileReadInto::Until::full};
  }
  detail::FileReadInto read_at(std::uint64_t offset, std::span<char> memory) noexcept {
    return read_at(offset, std::as_writable_bytes(memory));
  }
  detail::FileWrite write_at(std::uint64_t offset, std::string_view bytes) noexcept {
    return write_at(offset, std::as_bytes(std::span(bytes)));
  }
  detail::FileWrite write_at(std::uint64_t offset, std::span<const std::byte> bytes) noexcept {
    return {state_, "write_at() to", bytes, static_cast<std::int64_t>(offset)};
  }

  // --- the position and the rest, each behind what was awaited before

  /// Sets the position, and gives it.
  detail::FileSeek seek(std::int64_t offset, Whence whence = Whence::start) noexcept {
    return {state_, offset, whence};
  }
  /// The position as it is now.
  [[nodiscard]] std::int64_t tell() const;
  /// Cuts the file off at `size` bytes, or fills it up with zeros. The position stays.
  detail::FileDo truncate(std::uint64_t size) noexcept {
    return {state_, "truncate", detail::FileCall::truncate, static_cast<std::int64_t>(size)};
  }
  /// Ends once everything written is on the disk: fsync.
  detail::FileDo sync() noexcept { return {state_, "sync", detail::FileCall::sync, 0}; }
  /// How many bytes the file has.
  detail::FileSize size() noexcept { return detail::FileSize(state_); }

  // --- the whole

  detail::FileClose aclose() noexcept { return detail::FileClose(state_); }
  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return state_ && !state_->closed; }
  /// As it was given to `open_file`.
  [[nodiscard]] const std::string& path() const noexcept;
  /// Its descriptor, or -1. Not to be closed.
  [[nodiscard]] int fd() const noexcept { return state_ ? state_->fd.get() : -1; }

 private:
  std::shared_ptr<detail::FileState> state_;
};

/// How a file is opened, beyond its mode. Fluent: `FileOptions{}.permissions(0600)`.
class FileOptions {
 public:
  /// Of a file that is made; the process's umask takes some away.
  constexpr FileOptions& permissions(unsigned bits) noexcept {
    permissions_ = bits;
    return *this;
  }
  /// Past the page cache (O_DIRECT): memory, sizes and offsets must then be multiples of the disk's blocks.
  constexpr FileOptions& direct(bool on = true) noexcept {
    direct_ = on;
    return *this;
  }
  /// Every write ends on the disk (O_DSYNC).
  constexpr FileOptions& sync_writes(bool on = true) noexcept {
    sync_writes_ = on;
    return *this;
  }
  /// Fails when the last part of the path is a symbolic link.
  constexpr FileOptions& no_follow(bool on = true) noexcept {
    no_follow_ = on;
    return *this;
  }

  [[nodiscard]] unsigned permissions() const noexcept { return permissions_; }
  /// For open(2), beside those of the mode.
  [[nodiscard]] int flags() const noexcept;

 private:
  unsigned permissions_ = 0666;
  bool direct_ = false;
  bool sync_writes_ = false;
  bool no_follow_ = false;
};

/// Opens a file; in a thread. Modes are Python's: "r" read, "w" write and empty it, "a" append, "x" make a new one,
/// each with "+" for both directions; "b" and "t" mean nothing, bytes are bytes. std::invalid_argument for another
/// mode.
[[nodiscard]] Task<File> open_file(std::string path, std::string mode = "r", FileOptions options = {});

/// The lines of a file, which is open while they are read: `it::collect(open_lines(path) | it::take(10))`.
[[nodiscard]] AsyncGenerator<std::string> open_lines(std::string path);

}  // namespace eddy
