// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "eddy/io/turn_line.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/watch.h"

namespace eddy {

namespace sys {
class Poller;
}

namespace detail {

/// A non-blocking descriptor whose system calls are tried until they do not block: sockets of all kinds, inotify, and
/// the like. Those of one direction take turns.
///
/// Needs a running loop; belongs to it. Closing ends who waits with ClosedError.
class ReadyFd final : private sys::Watch {
 public:
  enum class Direction : bool { input, output };

  /// Takes the descriptor over and makes it non-blocking. `name` is for messages: "UDP 127.0.0.1:53".
  ReadyFd(sys::Fd owned, std::string name);
  ~ReadyFd() { close(); }

  void close() noexcept;
  /// The descriptor, which is the caller's now; otherwise like close.
  [[nodiscard]] sys::Fd release() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(owned_); }
  [[nodiscard]] int number() const noexcept { return owned_.get(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

  TurnLine& line(Direction direction) noexcept { return direction == Direction::input ? readers_ : writers_; }
  /// After EAGAIN: the first in line is told.
  void want(Direction direction) noexcept;
  /// Throws ClosedError or RuntimeError when nothing can be tried here.
  void check_usable(const char* doing) const;
  [[noreturn]] void fail(const char* doing, int error) const;

 private:
  void input_changed() noexcept override { readers_.try_again(); }
  void output_changed() noexcept override { writers_.try_again(); }

  sys::Fd owned_;
  std::string name_;
  TurnLine readers_;
  TurnLine writers_;
};

[[noreturn]] void throw_empty(const char* doing);
void describe_fd(const char* doing, const ReadyFd& on, OpDescription& to);

/// A system call as an operation. `Call` is called with the descriptor and answers like a system call, but with -errno:
/// -EAGAIN means not now. Its `result()` is what the await gives.
template <class Call>
class [[nodiscard("co_await it")]] FdOp final : public TryOp, public AwaitLeaf<FdOp<Call>> {
 public:
  FdOp(ReadyFd* on, ReadyFd::Direction direction, const char* doing, Call call) noexcept
      : on_(on), direction_(direction), doing_(doing), call_(std::move(call)) {}
  FdOp(FdOp&&) = default;

  decltype(auto) take() {
    this->check();
    return call_.result();
  }
  void describe(OpDescription& to) const override { describe_fd(doing_, *on_, to); }
  /// Copies the bytes: for a send that becomes a task.
  void keep_bytes()
    requires requires(Call& call) { call.bytes = std::string_view(); }
  {
    kept_.reset(new char[call_.bytes.size()]);
    call_.bytes.copy(kept_.get(), call_.bytes.size());
    call_.bytes = std::string_view(kept_.get(), call_.bytes.size());
  }

 private:
  TryOp::Progress attempt() override {
    if (!on_) throw_empty(doing_);
    on_->check_usable(doing_);
    int result = -EINTR;
    while (result == -EINTR) result = call_(on_->number());
    if (result == -EAGAIN) {
      on_->want(direction_);
      return TryOp::kBlocked;
    }
    if (result < 0) on_->fail(doing_, -result);
    return TryOp::kDone;
  }
  bool may_try() noexcept override { return !on_ || on_->line(direction_).is_turn_of(*this); }
  void join() override {
    if (!on_) throw_empty(doing_);
    on_->line(direction_).join(*this);
  }
  void leave() noexcept override { on_->line(direction_).leave(*this); }

  ReadyFd* on_;
  ReadyFd::Direction direction_;
  const char* doing_;
  Call call_;
  std::unique_ptr<char[]> kept_;
};

}  // namespace detail
}  // namespace eddy
