// SPDX-License-Identifier: MIT
#include "eddy/sys/poller.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eddy/sys/detail/backends.h"

namespace eddy::sys {

Poller::~Poller() = default;

Backend backend_from_environment() {
  const char* value = std::getenv("EDDY_BACKEND");
  const std::string_view name = value != nullptr ? value : "";
  if (name.empty() || name == "automatic") return Backend::automatic;
  if (name == "uring") return Backend::uring;
  if (name == "epoll") return Backend::epoll;
  throw std::invalid_argument("EDDY_BACKEND=" + std::string(name) +
                              ": no such backend; use uring, epoll, or automatic (the default)");
}

namespace {

std::unique_ptr<Poller> make_best_poller() {
  try {
    return detail::make_uring_poller();
  } catch (const std::system_error&) {
    return detail::make_epoll_poller();
  }
}

}  // namespace

std::unique_ptr<Poller> make_poller(Backend backend) {
  switch (backend) {
    case Backend::uring:
      return detail::make_uring_poller();
    case Backend::epoll:
      return detail::make_epoll_poller();
    case Backend::automatic:
      break;
  }
  return make_best_poller();
}

namespace detail {

int accept_now(int listener) noexcept {
  for (;;) {
    const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted >= 0) return accepted;
    if (errno != EINTR && errno != ECONNABORTED) return -errno;
  }
}

Fd make_bell() { return check_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"); }

void ring_bell(const Fd& bell) noexcept {
  const int saved = errno;
  const std::uint64_t one = 1;
  // EAGAIN means 2^64 - 2 rings unread: it is ringing already. Nothing else can fail on an open eventfd.
  [[maybe_unused]] const ssize_t written = ::write(bell.get(), &one, sizeof one);
  errno = saved;
}

}  // namespace detail

}  // namespace eddy::sys
