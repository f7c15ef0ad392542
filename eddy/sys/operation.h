// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eddy::sys {

/// What an Operation asks the kernel for.
enum class OpKind : std::uint8_t {
  poll_readable,  ///< result: the revents mask (POLLIN, POLLHUP, POLLERR, …)
  poll_writable,  ///< result: the revents mask (POLLOUT, POLLHUP, POLLERR, …)
  read,           ///< a Transfer from a file; result: how many bytes, 0 at the end
  write,          ///< a Transfer to a file; result: how many bytes
  sync,           ///< fsync of a file; result: 0
};

/// One request to the kernel, embedded in whoever waits for it (an awaiter, a frame): no allocation, no copy.
///
/// Ownership: the caller's. From submit() until complete() is called the poller, and perhaps the kernel, points into
/// it: it must not move or die. It may die inside complete(), and may be submitted again from there.
/// Thread: the loop's, always.
/// Misuse: submitting twice without a completion between; closing `fd` while the operation is pending (cancel, wait
/// for complete(), then close).
struct Operation {
  Operation(OpKind what, int which) noexcept : kind(what), fd(which) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// Called from Poller::wait (or the poller's destructor), exactly once per submit. Must not call wait.
  /// Submitting and cancelling, this operation or others, is fine.
  virtual void complete() noexcept = 0;

  OpKind kind;
  int fd;
  /// Valid from complete() on. >= 0: the answer (see OpKind); < 0: -errno. A cancelled operation ends as -ECANCELED,
  /// or with its real answer if that came first.
  int result = 0;

  /// Room for the backend that holds the operation; nobody else looks. `state` is 0 while no backend holds it.
  struct Link {
    Operation* next = nullptr;
    Operation* prev = nullptr;
    std::uint8_t state = 0;
    bool peer_has_ended = false;
  };
  Link link;

 protected:
  ~Operation() = default;  // never deleted through the base: owners own the derived type
};

/// A read or write of a file: where, and between which bytes. The memory is the kernel's until complete(), also when
/// the operation was cancelled.
struct Transfer : Operation {
  Transfer(OpKind what, int which) noexcept : Operation(what, which) {}

  void* memory = nullptr;
  std::uint32_t size = 0;
  std::int64_t offset = -1;  ///< -1: at the file's own position, and move it

 protected:
  ~Transfer() = default;
};

}  // namespace eddy::sys
