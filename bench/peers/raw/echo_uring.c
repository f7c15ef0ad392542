// SPDX-License-Identifier: MIT
//
// Multishot accept and receive into buffers that all connections share; what arrived is sent from where it lies, by a
// request that goes to the kernel together with the next wait: one system call for a whole turn.
#include <errno.h>
#include <liburing.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "echo.h"

enum { buffer_count = 256, buffer_size = 16 * 1024, group = 0 };
enum { sq_entries = 1024, cq_entries = 4096 };
enum kind { accepted = 1, received, sent };

static struct io_uring ring;
static struct io_uring_buf_ring* buffer_ring;
static char* buffers;

static uint64_t tag(enum kind kind, int socket, unsigned buffer) {
  return (uint64_t)kind << 56 | (uint64_t)buffer << 32 | (unsigned)socket;
}
static enum kind kind_of(uint64_t data) { return (enum kind)(data >> 56); }
static unsigned buffer_of(uint64_t data) { return data >> 32 & 0xffff; }
static int socket_of(uint64_t data) { return (int)(data & 0xffffffff); }

static void* map(size_t size) {
  void* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) die("mmap");
  return memory;
}

static void give(unsigned buffer) {
  io_uring_buf_ring_add(buffer_ring, buffers + (size_t)buffer * buffer_size, buffer_size, (unsigned short)buffer,
                        io_uring_buf_ring_mask(buffer_count), 0);
  io_uring_buf_ring_advance(buffer_ring, 1);
}

static void open_ring(void) {
  struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                            IORING_SETUP_COOP_TASKRUN | IORING_SETUP_CQSIZE,
                                   .cq_entries = cq_entries};
  if ((errno = -io_uring_queue_init_params(sq_entries, &ring, &params)) != 0) die("io_uring");
}

static void open_buffers(void) {
  buffer_ring = map(buffer_count * sizeof(struct io_uring_buf));
  buffers = map((size_t)buffer_count * buffer_size);
  io_uring_buf_ring_init(buffer_ring);
  struct io_uring_buf_reg registration = {
      .ring_addr = (uintptr_t)buffer_ring, .ring_entries = buffer_count, .bgid = group};
  if ((errno = -io_uring_register_buf_ring(&ring, &registration, 0)) != 0) die("io_uring_register_buf_ring");
  for (unsigned buffer = 0; buffer != buffer_count; ++buffer) give(buffer);
}

static struct io_uring_sqe* next_sqe(void) {
  struct io_uring_sqe* sqe = io_uring_get_sqe(&ring);
  if (sqe) return sqe;
  io_uring_submit(&ring);
  return io_uring_get_sqe(&ring);
}

static void start_accept(int listener) {
  struct io_uring_sqe* sqe = next_sqe();
  io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
  sqe->user_data = tag(accepted, listener, 0);
}

static void start_receive(int socket) {
  struct io_uring_sqe* sqe = next_sqe();
  io_uring_prep_recv_multishot(sqe, socket, NULL, 0, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = group;
  sqe->user_data = tag(received, socket, 0);
}

static void start_send(int socket, unsigned buffer, unsigned size) {
  struct io_uring_sqe* sqe = next_sqe();
  io_uring_prep_send(sqe, socket, buffers + (size_t)buffer * buffer_size, size, MSG_NOSIGNAL | MSG_WAITALL);
  sqe->user_data = tag(sent, socket, buffer);
}

static void handle_accepted(const struct io_uring_cqe* cqe) {
  if (cqe->res >= 0) {
    set_no_delay(cqe->res);
    start_receive(cqe->res);
  }
  if (!(cqe->flags & IORING_CQE_F_MORE)) start_accept(socket_of(cqe->user_data));
}

static void handle_received(const struct io_uring_cqe* cqe) {
  const int socket = socket_of(cqe->user_data);
  if (cqe->res <= 0 && cqe->res != -ENOBUFS) {
    close(socket);
    return;
  }
  if (cqe->res > 0) start_send(socket, cqe->flags >> IORING_CQE_BUFFER_SHIFT, (unsigned)cqe->res);
  if (!(cqe->flags & IORING_CQE_F_MORE)) start_receive(socket);
}

static void handle(const struct io_uring_cqe* cqe) {
  switch (kind_of(cqe->user_data)) {
    case accepted:
      return handle_accepted(cqe);
    case received:
      return handle_received(cqe);
    case sent:
      return give(buffer_of(cqe->user_data));
  }
}

void echo_uring(int listener) {
  open_ring();
  open_buffers();
  start_accept(listener);
  for (;;) {
    io_uring_submit_and_wait(&ring, 1);
    struct io_uring_cqe* cqe;
    unsigned head;
    unsigned count = 0;
    io_uring_for_each_cqe(&ring, head, cqe) {
      handle(cqe);
      ++count;
    }
    io_uring_cq_advance(&ring, count);
  }
}
