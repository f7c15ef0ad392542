// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys::detail {

/// Throws std::system_error if the kernel has no descriptors left.
[[nodiscard]] std::unique_ptr<Poller> make_epoll_poller();

/// What of the kernel's newer abilities an io_uring poller may use.
enum class UringAbilities : bool {
  all,
  of_linux_5_13,  ///< no more than we depend on: how an older kernel is tested on a newer one
};

/// Throws std::system_error that says why if the kernel refuses io_uring or lacks a feature we depend on.
[[nodiscard]] std::unique_ptr<Poller> make_uring_poller(UringAbilities abilities = UringAbilities::all);

/// The bell of wake(): a non-blocking eventfd.
[[nodiscard]] Fd make_bell();

/// Rings it. Async-signal-safe, keeps errno.
void ring_bell(const Fd& bell) noexcept;

/// A connection of a non-blocking listener: a close-on-exec descriptor, or -errno. One that has gone again is none.
[[nodiscard]] int accept_now(int listener) noexcept;

}  // namespace eddy::sys::detail
