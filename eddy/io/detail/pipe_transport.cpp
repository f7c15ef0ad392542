// SPDX-License-Identifier: MIT
#include "eddy/io/detail/pipe_transport.h"

#include <cerrno>
#include <utility>

#include <unistd.h>

#include "eddy/sys/pipe_write.h"
#include "eddy/sys/poller.h"

namespace eddy::detail {

PipeTransport::PipeTransport(sys::Fd pipe, std::string name, sys::Poller& on)
    : Watch(pipe.get(), Input::readiness), pipe_(std::move(pipe)), name_(std::move(name)) {
  sys::set_nonblocking(pipe_.get());
  on.attach(*this);
}

PipeTransport::~PipeTransport() {
  if (poller) poller->detach(*this);
}

int PipeTransport::read(void* into, std::size_t size) noexcept {
  if (!poller) return pipe_ ? -EBADF : 0;
  ssize_t got = 0;
  do got = ::read(Watch::fd, into, size);
  while (got < 0 && errno == EINTR);
  if (got >= 0) return static_cast<int>(got);
  const int error = errno;
  if (error == EAGAIN) poller->want_input(*this);
  return -error;
}

int PipeTransport::write(std::span<const iovec> pieces) noexcept {
  if (!poller) return pipe_ ? -EBADF : -EPIPE;
  const int wrote = sys::write_no_sigpipe(Watch::fd, pieces);
  if (wrote == -EAGAIN) poller->want_output(*this);
  return wrote;
}

int PipeTransport::write_eof() noexcept {
  if (poller) poller->detach(*this);
  pipe_.reset();
  tell_reader();  // of a descriptor that went both ways
  return 0;
}

void PipeTransport::fail(const char* doing, int error) const {
  if (error != EBADF) Transport::fail(doing, error);
  sys::throw_error((doing + (" " + name_) + ": this end of the pipe goes the other way").c_str(), error);
}

}  // namespace eddy::detail
