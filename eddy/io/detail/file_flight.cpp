// SPDX-License-Identifier: MIT
#include "eddy/io/detail/file_flight.h"

#include <cassert>
#include <cerrno>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/io/detail/file_state.h"
#include "eddy/sys/poller.h"

namespace eddy::detail {

namespace {

bool kernel_makes(FileCall call, const sys::Poller& poller, sys::OpKind& kind) noexcept {
  switch (call) {
    case FileCall::read:
      kind = sys::OpKind::read;
      break;
    case FileCall::write:
      kind = sys::OpKind::write;
      break;
    case FileCall::sync:
      kind = sys::OpKind::sync;
      break;
    case FileCall::truncate:
    case FileCall::size:
    case FileCall::close:
      return false;
  }
  return poller.performs(kind);
}

std::int64_t size_of(int fd) noexcept {
  struct stat about{};
  return ::fstat(fd, &about) == 0 ? about.st_size : -1;
}

}  // namespace

FileFlight::FileFlight(FileFlight&& other) noexcept : Transfer(sys::OpKind::read, -1) {
  assert(!other.flying() && "a file operation that has started cannot be moved");
  static_cast<void>(other);
}

void FileFlight::launch(Sender& sender, std::shared_ptr<FileState> file, FileCall call, void* into, std::size_t bytes,
                        std::int64_t at) {
  FileState& state = *file;
  sender_ = &sender;
  call_ = call;
  fd = state.fd.get();
  memory = into;
  Transfer::size = static_cast<std::uint32_t>(bytes);
  offset = at;
  leave_ground(*running.loop, std::move(file));
  try {
    start();
  } catch (...) {
    touch_ground();
    throw;
  }
  if (call == FileCall::close) static_cast<void>(state.fd.release());
}

void FileFlight::start() {
  in_kernel_ = kernel_makes(call_, loop_->poller(), kind);
  if (!in_kernel_) return begin(*loop_);
  loop_->poller().submit(*this);
  loop_->begin_outside_work();  // not a matter of time: a virtual clock waits for it
}

void FileFlight::leave_ground(Loop& loop, std::shared_ptr<FileState> file) noexcept {
  loop_ = &loop;
  file_ = std::move(file);
  file_->begin_flight();
}

void FileFlight::touch_ground() noexcept {
  loop_ = nullptr;
  std::exchange(file_, nullptr)->end_flight();
}

void FileFlight::land(std::int64_t answer) noexcept {
  if (in_kernel_) loop_->end_outside_work();
  touch_ground();
  sender_->landed(answer);
}

void FileFlight::abort() noexcept {
  if (call_ == FileCall::close) return;  // it must be made
  if (in_kernel_) return loop_->poller().cancel(*this);
  if (withdraw()) land(-ECANCELED);
}

void FileFlight::call() noexcept {
  do answer_ = call_now();
  while (answer_ < 0 && errno == EINTR && call_ != FileCall::close);
  if (answer_ < 0) answer_ = -errno;
}

void FileFlight::returned(bool called) noexcept {
  if (!called && call_ == FileCall::close) ::close(fd);
  land(called ? answer_ : -ECANCELED);
}

std::int64_t FileFlight::call_now() noexcept {
  switch (call_) {
    case FileCall::read:
      return offset < 0 ? ::read(fd, memory, Transfer::size) : ::pread(fd, memory, Transfer::size, offset);
    case FileCall::write:
      return offset < 0 ? ::write(fd, memory, Transfer::size) : ::pwrite(fd, memory, Transfer::size, offset);
    case FileCall::sync:
      return ::fsync(fd);
    case FileCall::truncate:
      return ::ftruncate(fd, offset);
    case FileCall::size:
      return size_of(fd);
    case FileCall::close:
      return ::close(fd);
  }
  return 0;
}

}  // namespace eddy::detail
