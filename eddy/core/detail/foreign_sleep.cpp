// SPDX-License-Identifier: MIT
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "eddy/core/detail/foreign_sleep.h"
#include "eddy/core/time_point.h"

namespace eddy::detail {
namespace {

void watch(const sys::Fd& epoll, int fd, const char* call) {
  epoll_event event{};
  event.events = EPOLLIN;
  sys::check(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event), call);
}

}  // namespace

ForeignSleep::ForeignSleep(int poller_fd)
    : epoll_(sys::check_fd(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(sys::check_fd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")) {
  watch(epoll_, poller_fd, "epoll_ctl(the poller's descriptor)");
  watch(epoll_, timer_.get(), "epoll_ctl(timerfd)");
}

void ForeignSleep::wake_at(std::int64_t deadline) noexcept {
  // One that has fired stays readable until it is set again, even to the time it had.
  itimerspec at{};
  if (deadline != kForever) {
    if (deadline < 1) deadline = 1;  // zero would disarm it
    at.it_value.tv_sec = deadline / 1'000'000'000;
    at.it_value.tv_nsec = deadline % 1'000'000'000;
  } else if (deadline_ == kForever) {
    return;
  }
  deadline_ = deadline;
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
}

}  // namespace eddy::detail
