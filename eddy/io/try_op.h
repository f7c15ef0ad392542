// SPDX-License-Identifier: MIT
//
// 1. An operation tries when it is awaited, and, after -EAGAIN, in its dispatch each time it was told to try again:
//    never in between, so what it got is either taken at once or still where it was.
// 2. From `join` to `leave` it has a place among those who wait; armed and ready operations have one, others do not.
#pragma once

#include <exception>

#include "eddy/core/awaitable.h"

namespace eddy::detail {

/// An operation that is tried until it does not block.
class TryOp : public Op {
 public:
  enum Progress : unsigned char {
    kDone,     ///< the result is there
    kBlocked,  ///< it will be told to try again
    kMore,     ///< it could go on, but others shall have their turn
  };

  TryOp() = default;
  TryOp(TryOp&&) = default;

  bool ready() noexcept { return may_try() && running.spend() && try_now() == kDone; }
  Step start(Strand& strand, Cont cont) noexcept;
  void run() noexcept override;
  void cancel() noexcept override;

  /// Armed → ready: it will be tried. Does nothing in other states.
  void try_again() noexcept {
    if (state() == kArmed) grant();
  }
  /// Armed or ready: ends with an error, having lost its place already.
  void end(std::exception_ptr error) noexcept;

 protected:
  ~TryOp() = default;

  /// What it throws is the result.
  virtual Progress attempt() = 0;
  /// False when others come first.
  virtual bool may_try() noexcept { return true; }
  /// Takes its place. Throws when there is none.
  virtual void join() = 0;
  virtual void leave() noexcept = 0;

  /// It was told its end, by somebody who may be gone since: nothing of what it worked on may be touched.
  [[nodiscard]] bool was_ended() const noexcept { return ended_; }
  void check() const {
    if (error_) [[unlikely]]
      std::rethrow_exception(error_);
  }

 private:
  Progress try_now() noexcept;

  std::exception_ptr error_;
  bool blocked_ = false;
  bool ended_ = false;
};

}  // namespace eddy::detail
