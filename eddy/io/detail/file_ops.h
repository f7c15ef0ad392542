// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "eddy/io/detail/file_flight.h"
#include "eddy/io/detail/file_state.h"

namespace eddy::detail {

inline constexpr std::int64_t kAtPosition = -1;

/// An operation on a file. It tries without waiting first; what has to wait flies. A cancelled one ends when its flight
/// has landed: until then its memory is not its own.
class FileOp : public TryOp, protected FileFlight::Sender {
 public:
  FileOp(std::shared_ptr<FileState> of, const char* doing, std::int64_t offset) noexcept
      : state_(std::move(of)), doing_(doing), offset_(offset) {}
  FileOp(FileOp&&) = default;
  void describe(OpDescription& to) const override;
  void cancel() noexcept override;

 protected:
  ~FileOp() = default;

  bool may_try() noexcept override { return !in_line() || state_->line.is_turn_of(*this); }
  void join() override;
  void leave() noexcept override;
  /// The attempt, when nothing of it is in flight.
  virtual Progress go() = 0;
  /// Throws ClosedError.
  FileState& file() const;
  [[noreturn]] void fail(int error) const;
  /// What a flight of its brought.
  virtual void account(std::int64_t result) noexcept = 0;
  /// Nothing is left to do: then a cancellation comes too late.
  virtual bool finished() const noexcept = 0;
  /// A call that may wait: kBlocked, or kMore when that must not be yet.
  Progress fly(FileCall call, void* memory, std::size_t size, std::int64_t offset);

  const std::shared_ptr<FileState> state_;
  const char* doing_;
  std::int64_t offset_;  ///< kAtPosition: of the file

 private:
  Progress attempt() final { return flight_.flying() ? kBlocked : go(); }
  bool in_line() const noexcept { return state_ && offset_ == kAtPosition; }
  void landed(std::int64_t result) noexcept final;

  FileFlight flight_;
  bool cancelled_ = false;
};

/// Moves bytes, in as many calls as it takes.
class FileTransfer : public FileOp {
 public:
  FileTransfer(std::shared_ptr<FileState> of, const char* doing, FileCall call, std::int64_t offset) noexcept
      : FileOp(std::move(of), doing, offset), call_(call) {}
  FileTransfer(FileTransfer&&) = default;

 protected:
  ~FileTransfer() = default;

  /// Moves bytes until `finished`, or until the memory is used up. It may be other memory each time, with what was done
  /// in front.
  Progress transfer(char* memory, std::size_t size);
  void account(std::int64_t result) noexcept override;
  bool failed() const noexcept { return error_ != 0 && error_ != ECANCELED; }
  /// The position goes on only now, so that a cancelled read leaves it where it was.
  void finish_read() noexcept;

  std::size_t done_ = 0;
  bool ended_ = false;  ///< the end of the file

 private:
  std::int64_t where() const noexcept;

  int error_ = 0;
  FileCall call_;
};

/// Bytes into the caller's memory: all of it, or what the first call brings.
class [[nodiscard("co_await it")]] FileReadInto final : public FileTransfer, public AwaitLeaf<FileReadInto> {
 public:
  enum class Until : bool { some, full };
  FileReadInto(std::shared_ptr<FileState> of, const char* doing, std::span<std::byte> memory, std::int64_t offset,
               Until until) noexcept
      : FileTransfer(std::move(of), doing, FileCall::read, offset), memory_(memory), until_(until) {}
  FileReadInto(FileReadInto&&) = default;
  std::size_t take() const {
    check();
    return done_;
  }

 private:
  Progress go() override;
  bool finished() const noexcept override {
    return ended_ || failed() || done_ == memory_.size() || (until_ == Until::some && done_ != 0);
  }
  std::span<std::byte> memory_;
  Until until_;
};

/// Bytes as a string: so many, or all that are left.
class [[nodiscard("co_await it")]] FileRead final : public FileTransfer, public AwaitLeaf<FileRead> {
 public:
  FileRead(std::shared_ptr<FileState> of, const char* doing, std::size_t count, std::int64_t offset) noexcept
      : FileTransfer(std::move(of), doing, FileCall::read, offset), count_(count) {}
  FileRead(FileRead&&) = default;
  std::string take() {
    check();
    return std::move(result_);
  }

 private:
  Progress go() override;
  bool finished() const noexcept override { return ended_ || failed() || done_ == count_; }
  void make_room();
  std::size_t count_;
  std::string result_;
};

/// A line with its '\n'; what is left, when there is none.
class [[nodiscard("co_await it")]] FileReadLine final : public FileOp, public AwaitLeaf<FileReadLine> {
 public:
  explicit FileReadLine(std::shared_ptr<FileState> of) noexcept
      : FileOp(std::move(of), "read_line() from", kAtPosition) {}
  FileReadLine(FileReadLine&&) = default;
  std::string take() {
    check();
    return std::move(result_);
  }

 private:
  Progress go() override;
  bool find();
  void account(std::int64_t result) noexcept override;
  bool finished() const noexcept override { return false; }  // what was read ahead stays for the next one
  std::size_t searched_ = 0;
  int error_ = 0;
  bool ended_ = false;
  std::string result_;
};

class [[nodiscard("co_await it: bytes that are not awaited are not written")]] FileWrite final
    : public FileTransfer,
      public AwaitLeaf<FileWrite> {
 public:
  FileWrite(std::shared_ptr<FileState> of, const char* doing, std::span<const std::byte> bytes,
            std::int64_t offset) noexcept
      : FileTransfer(std::move(of), doing, FileCall::write, offset), bytes_(bytes) {}
  FileWrite(FileWrite&&) = default;
  void take() const { check(); }

 private:
  Progress go() override;
  void account(std::int64_t result) noexcept override;
  bool finished() const noexcept override { return failed() || done_ == bytes_.size(); }
  std::span<const std::byte> bytes_;
};

/// Where from the offset of a seek counts.
enum class Whence : std::uint8_t { start, current, end };

/// Sets the position; gives it.
class [[nodiscard("co_await it")]] FileSeek final : public FileOp, public AwaitLeaf<FileSeek> {
 public:
  FileSeek(std::shared_ptr<FileState> of, std::int64_t by, Whence from) noexcept
      : FileOp(std::move(of), "seek() in", kAtPosition), by_(by), from_(from) {}
  FileSeek(FileSeek&&) = default;
  std::int64_t take() const {
    check();
    return to_;
  }

 private:
  Progress go() override;
  void account(std::int64_t) noexcept override {}
  bool finished() const noexcept override { return false; }
  std::int64_t by_;
  std::int64_t to_ = 0;
  Whence from_;
};

/// sync, truncate, size, close: one call, and its answer.
class FileCallOp : public FileOp {
 public:
  FileCallOp(std::shared_ptr<FileState> of, const char* doing, FileCall call, std::int64_t argument) noexcept
      : FileOp(std::move(of), doing, kAtPosition), argument_(argument), call_(call) {}
  FileCallOp(FileCallOp&&) = default;

 protected:
  ~FileCallOp() = default;
  void account(std::int64_t result) noexcept override { answer_ = result, answered_ = true; }
  Progress go() override;
  bool finished() const noexcept override { return answer_ != -ECANCELED; }
  bool answered() const noexcept { return answered_; }
  std::int64_t argument_;
  std::int64_t answer_ = 0;

 private:
  bool answered_ = false;
  FileCall call_;
};

class [[nodiscard("co_await it")]] FileDo final : public FileCallOp, public AwaitLeaf<FileDo> {
 public:
  using FileCallOp::FileCallOp;
  FileDo(FileDo&&) = default;
  void take() const { check(); }
};

class [[nodiscard("co_await it")]] FileSize final : public FileCallOp, public AwaitLeaf<FileSize> {
 public:
  explicit FileSize(std::shared_ptr<FileState> of) noexcept : FileCallOp(std::move(of), "size of", FileCall::size, 0) {}
  FileSize(FileSize&&) = default;
  std::int64_t take() const {
    check();
    return answer_;
  }
};

/// Closes behind the operations that were there first, in a thread: a file system may write only now, and then fail.
class [[nodiscard("co_await it")]] FileClose final : public FileCallOp, public AwaitLeaf<FileClose> {
 public:
  explicit FileClose(std::shared_ptr<FileState> of) noexcept : FileCallOp(std::move(of), "close", FileCall::close, 0) {}
  FileClose(FileClose&&) = default;
  void take() const { check(); }

 private:
  Progress go() override;
};

}  // namespace eddy::detail
