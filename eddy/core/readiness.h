// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/awaitable.h"
#include "eddy/sys/operation.h"

namespace eddy {
namespace detail {

/// Waits until a descriptor is ready. The kernel looks at the descriptor until it has confirmed, also when cancelled.
class [[nodiscard("co_await it")]] FdReady final : public Op, public AwaitLeaf<FdReady>, private sys::Operation {
 public:
  FdReady(sys::OpKind what, int which) noexcept : Operation(what, which) {}
  FdReady(FdReady&& other) noexcept : Op(static_cast<Op&&>(other)), Operation(other.kind, other.fd) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont);
  /// Throws std::system_error when the descriptor cannot be waited for.
  void take() const;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 private:
  void complete() noexcept override;
  bool cancelled_ = false;
};

struct ReadableFn {
  FdReady operator()(int fd) const noexcept { return FdReady(sys::OpKind::poll_readable, fd); }
};
struct WritableFn {
  FdReady operator()(int fd) const noexcept { return FdReady(sys::OpKind::poll_writable, fd); }
};

}  // namespace detail

/// `co_await readable(fd)`: waits until a read from the descriptor would not block (data, end or error), for libraries
/// that bring their own descriptors. asyncio's `add_reader`, awaited.
///
/// The descriptor stays the caller's and must stay open meanwhile. Regular files are always ready, or refused by epoll.
inline constexpr detail::ReadableFn readable{};

/// `co_await writable(fd)`: the same for a write.
inline constexpr detail::WritableFn writable{};

}  // namespace eddy
