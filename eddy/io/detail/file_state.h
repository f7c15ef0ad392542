// SPDX-License-Identifier: MIT
//
// 1. Operations that use the position stand in `line`: the first one works, the others wait for its end.
// 2. `ahead` holds what the file has from `position` on, as lines were read; any other operation makes it stale.
// 3. The descriptor is open while `!closed`, and beyond that until nobody outside has it any more (`flights` is 0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "eddy/io/buffer.h"
#include "eddy/io/turn_line.h"
#include "eddy/sys/fd.h"

namespace eddy::detail {

/// What a File and the operations on it share; it lives until the last of them has gone.
class FileState {
 public:
  FileState(sys::Fd file, std::string path, bool at_end);
  FileState(const FileState&) = delete;
  FileState& operator=(const FileState&) = delete;

  /// Operations end with ClosedError as soon as the kernel has let go of their memory.
  void close() noexcept;
  /// Throws ClosedError once it is closed.
  void check_open(const char* doing) const;
  /// Throws std::system_error: "read from /etc/motd: …".
  [[noreturn]] void fail(const char* doing, int error) const;
  /// The file's bytes as they are now.
  [[nodiscard]] std::int64_t size_now() const noexcept;

  /// Bytes that can be had without waiting: how many, 0 at the end, -EAGAIN when the file must be asked properly.
  [[nodiscard]] std::int64_t try_read(void* into, std::size_t size, std::int64_t offset) noexcept;
  /// Bytes that can be left without waiting: how many, or -EAGAIN.
  [[nodiscard]] std::int64_t try_write(const void* from, std::size_t size, std::int64_t offset) noexcept;

  void begin_flight() noexcept { ++flights_; }
  void end_flight() noexcept;
  [[nodiscard]] bool in_flight() const noexcept { return flights_ != 0; }

  sys::Fd fd;
  const std::string path;
  const bool appends;
  const bool seekable;
  bool closed = false;
  std::int64_t position = 0;
  Buffer ahead;
  bool ahead_stale = false;
  TurnLine line;

 private:
  bool tries_reads_ = true;   // the file system can say "not in memory" instead of reading
  bool tries_writes_ = true;  // or "not without waiting" instead of writing
  unsigned flights_ = 0;
};

}  // namespace eddy::detail
