// SPDX-License-Identifier: MIT
#include "eddy/io/detail/shared_transport.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eddy/io/detail/pipe_transport.h"
#include "eddy/sys/pipe_write.h"
#include "eddy/sys/poller.h"

namespace eddy::detail {

SharedTransport::SharedTransport(sys::Fd own, How how, std::size_t room, std::string name, sys::Poller& on)
    : Watch(own.get(), Input::readiness), own_(std::move(own)), how_(how), room_(room), name_(std::move(name)) {
  if (how_ == How::direct) return;
  try {
    on.attach(*this);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::operation_not_permitted) throw;
    how_ = How::direct;  // what epoll refuses is always ready
  }
}

SharedTransport::~SharedTransport() {
  if (poller) poller->detach(*this);
}

int SharedTransport::read(void* into, std::size_t size) noexcept {
  const int got = how_ == How::asked && !ready_for(POLLIN) ? -EAGAIN : read_once(into, size);
  if (got == -EAGAIN && poller) poller->want_input(*this);
  return got;
}

int SharedTransport::write(std::span<const iovec> pieces) noexcept {
  const int wrote = how_ == How::asked && !ready_for(POLLOUT) ? -EAGAIN : write_once(pieces);
  if (wrote == -EAGAIN && poller) poller->want_output(*this);
  return wrote;
}

bool SharedTransport::ready_for(short events) const noexcept {
  pollfd one{Watch::fd, events, 0};
  return ::poll(&one, 1, 0) == 1;
}

int SharedTransport::read_once(void* into, std::size_t size) const noexcept {
  ssize_t got = 0;
  do got = how_ == How::flagged ? ::recv(Watch::fd, into, size, MSG_DONTWAIT) : ::read(Watch::fd, into, size);
  while (got < 0 && errno == EINTR);
  return got < 0 ? -errno : static_cast<int>(got);
}

int SharedTransport::write_once(std::span<const iovec> pieces) const noexcept {
  if (how_ == How::direct) return sys::write_no_sigpipe(Watch::fd, pieces);
  const auto first = std::find_if(pieces.begin(), pieces.end(), [](const iovec& piece) { return piece.iov_len != 0; });
  const iovec part{first->iov_base, std::min(first->iov_len, room_)};
  if (how_ == How::asked) return sys::write_no_sigpipe(Watch::fd, {&part, 1});
  ssize_t wrote = 0;
  do wrote = ::send(Watch::fd, part.iov_base, part.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (wrote < 0 && errno == EINTR);
  return wrote < 0 ? -errno : static_cast<int>(wrote);
}

int SharedTransport::write_eof() noexcept {
  return how_ == How::flagged && ::shutdown(Watch::fd, SHUT_WR) != 0 ? -errno : 0;
}

// ---- which one

namespace {

// A terminal's other side must not be opened again: that would make a new terminal.
bool is_terminal(int fd) noexcept {
  unsigned number = 0;
  return ::isatty(fd) != 0 && ::ioctl(fd, TIOCGPTN, &number) != 0;
}

// The same pipe or terminal with an open file description of our own, or nothing.
sys::Fd reopen(int fd, const struct stat& about, Access access) {
  if (!S_ISFIFO(about.st_mode) && !is_terminal(fd)) return {};
  const int direction = access == Access::reads ? O_RDONLY : O_WRONLY;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  sys::Fd own(::open(path.c_str(), direction | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat opened{};
  const bool same = own && ::fstat(own.get(), &opened) == 0 && opened.st_ino == about.st_ino &&
                    opened.st_dev == about.st_dev && opened.st_rdev == about.st_rdev;
  return same ? std::move(own) : sys::Fd();
}

// A pipe that poll(2) calls writable has room for PIPE_BUF bytes; a terminal, for one, and makes the writer of more
// wait until all of it is gone.
std::size_t room_of(mode_t mode) noexcept {
  if (S_ISSOCK(mode)) return INT_MAX;
  return S_ISFIFO(mode) ? PIPE_BUF : 1;
}

SharedTransport::How how_to(mode_t mode) noexcept {
  if (S_ISSOCK(mode)) return SharedTransport::How::flagged;
  return S_ISREG(mode) ? SharedTransport::How::direct : SharedTransport::How::asked;
}

}  // namespace

std::unique_ptr<Transport> borrow_descriptor(int fd, Access access, std::string name, sys::Poller& poller,
                                             bool reopens) {
  struct stat about{};
  sys::check(::fstat(fd, &about), (name + " is not open").c_str());
  if (sys::Fd own = reopens ? reopen(fd, about, access) : sys::Fd()) {
    return std::make_unique<PipeTransport>(std::move(own), std::move(name), poller);
  }
  sys::Fd own = sys::check_fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3), ("fcntl(F_DUPFD_CLOEXEC) of " + name).c_str());
  return std::make_unique<SharedTransport>(std::move(own), how_to(about.st_mode), room_of(about.st_mode),
                                           std::move(name), poller);
}

}  // namespace eddy::detail
