// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "echo.h"

void die(const char* doing) {
  perror(doing);
  exit(1);
}

void set_no_delay(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int listen_anywhere(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr*)&address, size) || listen(listener, 1024)) die("listen");
  if (getsockname(listener, (struct sockaddr*)&address, &size)) die("getsockname");
  printf("port\t%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void introduce(void) {
  struct utsname system;
  if (uname(&system)) die("uname");
  printf("version\tC, GCC %s, Linux %s\nscenario\techo\nscenario\techo_idle\n", __VERSION__, system.release);
}

// peer_raw uring|epoll [echo|echo_idle]: one program for both, as no client has memory of its own.
int main(int argc, char** argv) {
  if (argc == 2) return introduce(), 0;
  if (argc != 3 || (strcmp(argv[2], "echo") && strcmp(argv[2], "echo_idle")))
    return fprintf(stderr, "peer_raw: no such scenario\n"), 2;
  const int listener = listen_anywhere();
  strcmp(argv[1], "uring") == 0 ? echo_uring(listener) : echo_epoll(listener);
}
