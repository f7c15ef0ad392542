// SPDX-License-Identifier: MIT
//
// Level-triggered: one epoll_wait for many, and for each request one recv and one send.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo.h"

enum { events_max = 256, buffer_size = 64 * 1024 };

static void watch(int epoll, int socket) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event)) die("epoll_ctl");
}

static void accept_all(int epoll, int listener) {
  for (int socket; (socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    set_no_delay(socket);
    watch(epoll, socket);
  }
}

// The client reads what it gets, so the wait for room (which a real server must not do) is never long.
static int send_all(int socket, const char* bytes, size_t size) {
  while (size != 0) {
    const ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) continue;
    if (sent < 0) return -1;
    bytes += sent;
    size -= (size_t)sent;
  }
  return 0;
}

static void echo(int socket) {
  static char buffer[buffer_size];
  const ssize_t got = recv(socket, buffer, sizeof buffer, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0 || send_all(socket, buffer, (size_t)got)) close(socket);
}

void echo_epoll(int listener) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  fcntl(listener, F_SETFL, O_NONBLOCK);
  watch(epoll, listener);
  for (;;) {
    struct epoll_event events[events_max];
    const int count = epoll_wait(epoll, events, events_max, -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[i].data.fd;
      socket == listener ? accept_all(epoll, listener) : echo(socket);
    }
  }
}
