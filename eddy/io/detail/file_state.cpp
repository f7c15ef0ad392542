// SPDX-License-Identifier: MIT
#include "eddy/io/detail/file_state.h"

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "eddy/io/stream_error.h"

namespace eddy::detail {

namespace {

// More at once would keep the loop from its other work for longer.
constexpr std::size_t kInlineMax = 64 * 1024;

bool refused(int error) noexcept { return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL; }

}  // namespace

FileState::FileState(sys::Fd file, std::string name, bool at_end)
    : fd(std::move(file)),
      path(std::move(name)),
      appends(at_end),
      seekable(::lseek(fd.get(), 0, SEEK_CUR) >= 0),
      position(at_end ? size_now() : 0) {}

void FileState::close() noexcept {
  if (closed) return;
  closed = true;
  if (flights_ == 0) fd.reset();
  line.try_again();
}

void FileState::end_flight() noexcept {
  if (--flights_ == 0 && closed) fd.reset();
}

void FileState::check_open(const char* doing) const {
  if (closed) throw ClosedError(std::string(doing) + " " + path + ": the file is closed");
}

void FileState::fail(const char* doing, int error) const {
  sys::throw_error((std::string(doing) + " " + path).c_str(), error);
}

// Linux 5.9 and 5.10 sometimes say 0 before the end.
std::int64_t FileState::try_read(void* into, std::size_t bytes, std::int64_t offset) noexcept {
  if (!tries_reads_) return -EAGAIN;
  const iovec piece{into, std::min(bytes, kInlineMax)};
  const ssize_t got = ::preadv2(fd.get(), &piece, 1, offset, RWF_NOWAIT);
  if (got > 0 || (got == 0 && offset >= size_now())) return got;
  if (got < 0 && refused(errno)) tries_reads_ = false;
  return -EAGAIN;
}

std::int64_t FileState::try_write(const void* from, std::size_t bytes, std::int64_t offset) noexcept {
  if (!tries_writes_) return -EAGAIN;
  const iovec piece{const_cast<void*>(from), std::min(bytes, kInlineMax)};
  const ssize_t wrote = ::pwritev2(fd.get(), &piece, 1, offset, RWF_NOWAIT);
  if (wrote > 0) return wrote;
  if (wrote < 0 && refused(errno)) tries_writes_ = false;
  return -EAGAIN;
}

std::int64_t FileState::size_now() const noexcept {
  struct stat about{};
  return ::fstat(fd.get(), &about) == 0 ? about.st_size : 0;
}

}  // namespace eddy::detail
