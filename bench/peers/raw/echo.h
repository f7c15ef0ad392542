// SPDX-License-Identifier: MIT
//
// The floor: an echo server written by hand on the kernel's interface, without a library's comforts.
#pragma once

void echo_epoll(int listener);
void echo_uring(int listener);

/// Of a connection, as every server here sets it.
void set_no_delay(int socket);
void die(const char* doing);
