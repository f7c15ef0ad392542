// A loop inside a program that has an epoll loop of its own: fd() to wait for, run_ready() when it is readable.
// SPDX-License-Identifier: MIT
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int make_timer(int milliseconds) {
  int timer = ::timerfd_create(CLOCK_MONOTONIC, 0);
  itimerspec when{};
  when.it_value.tv_nsec = milliseconds * 1'000'000L;
  ::timerfd_settime(timer, 0, &when, nullptr);
  return timer;
}

Task<int> work() {
  for (int i = 1; i <= 3; ++i) {
    co_await eddy::sleep(20ms);
    std::cout << "step " << i << '\n';
  }
  co_return 42;
}

int main() {
  eddy::Loop loop;
  int epoll = ::epoll_create1(0);
  int timer = make_timer(10);  // an event of the program's own
  watch(epoll, loop.fd());
  watch(epoll, timer);

  auto task = loop.create_task(work());
  loop.run_ready();  // once at the beginning, and whenever something was started from outside

  while (!task.done()) {
    epoll_event event{};
    if (::epoll_wait(epoll, &event, 1, -1) != 1) continue;
    if (event.data.fd == timer) {
      std::uint64_t count = 0;
      if (::read(timer, &count, sizeof count) == sizeof count) std::cout << "the program's own timer\n";
    } else {
      loop.run_ready();
    }
  }
  std::cout << task.result() << '\n';
  ::close(timer);
  loop.close();
  ::close(epoll);
}
