// SPDX-License-Identifier: MIT
//
//             launch                              landed
//   grounded ────────▶ in the kernel, or in a thread ────────▶ grounded
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "eddy/sys/operation.h"
#include "eddy/threads/blocking_call.h"

namespace eddy {
class Loop;
}

namespace eddy::detail {

class FileState;

/// What a file can be asked for.
enum class FileCall : std::uint8_t { read, write, sync, truncate, size, close };

/// One call to a file, on its way: the kernel makes it where the poller can (io_uring), a thread of the loop's pool
/// elsewhere. Its memory is not the caller's again until it has landed. May move while it is grounded.
class FileFlight final : private BlockingCall, private sys::Transfer {
 public:
  /// Whoever sent it.
  class Sender {
   public:
    /// It is over: the answer (bytes, a size, 0), or -errno. In the loop's thread, outside of any task.
    virtual void landed(std::int64_t result) noexcept = 0;

   protected:
    ~Sender() = default;
  };

  FileFlight() noexcept : Transfer(sys::OpKind::read, -1) {}
  FileFlight(FileFlight&& other) noexcept;

  [[nodiscard]] bool flying() const noexcept { return loop_ != nullptr; }

  /// Starts it. `offset` -1: where the descriptor is. Throws, and has not started it, when no thread can be had. A
  /// close owns the descriptor from here on.
  void launch(Sender& sender, std::shared_ptr<FileState> file, FileCall call, void* memory, std::size_t size,
              std::int64_t offset);
  /// Asks it to end early; it lands later, or within this call.
  void abort() noexcept;

 private:
  void complete() noexcept override { land(Transfer::result); }
  void call() noexcept override;
  void returned(bool called) noexcept override;
  void start();
  void leave_ground(Loop& loop, std::shared_ptr<FileState> file) noexcept;
  void touch_ground() noexcept;
  void land(std::int64_t answer) noexcept;
  std::int64_t call_now() noexcept;

  Sender* sender_ = nullptr;
  Loop* loop_ = nullptr;
  std::shared_ptr<FileState> file_;
  std::int64_t answer_ = 0;
  FileCall call_ = FileCall::read;
  bool in_kernel_ = false;
};

}  // namespace eddy::detail
