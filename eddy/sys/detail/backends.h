// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys::detail {

/// Throws std::system_error if the kernel has no descriptors left.
[[nodiscard]] std::unique_ptr<Poller> make_epoll_poller();

/// Throws std::system_error that says why if the kernel refuses io_uring or lacks a feature we depend on.
[[nodiscard]] std::unique_ptr<Poller> make_uring_poller();

/// The bell of wake(): a non-blocking eventfd.
[[nodiscard]] Fd make_bell();

/// Rings it. Async-signal-safe, keeps errno.
void ring_bell(const Fd& bell) noexcept;

}  // namespace eddy::sys::detail
