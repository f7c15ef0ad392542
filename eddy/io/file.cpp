// SPDX-License-Identifier: MIT
#include "eddy/io/file.h"

#include <fcntl.h>

#include "eddy/io/detail/file_calls.h"
#include "eddy/io/stream_error.h"
#include "eddy/threads/to_thread.h"

namespace eddy {

File::File(sys::Fd file, std::string path, bool appends)
    : state_(std::make_shared<detail::FileState>(std::move(file), std::move(path), appends)) {}

File& File::operator=(File&& other) noexcept {
  if (this == &other) return *this;
  close();
  state_ = std::move(other.state_);
  return *this;
}

void File::close() noexcept {
  if (state_) state_->close();
}

std::int64_t File::tell() const {
  if (!state_) throw ClosedError("tell(): the File is empty, or was moved from");
  state_->check_open("tell() in");
  return state_->position;
}

const std::string& File::path() const noexcept {
  static const std::string none;
  return state_ ? state_->path : none;
}

int FileOptions::flags() const noexcept {
  return (direct_ ? O_DIRECT : 0) | (sync_writes_ ? O_DSYNC : 0) | (no_follow_ ? O_NOFOLLOW : 0);
}

Task<File> open_file(std::string path, std::string mode, FileOptions options) {
  const int flags = detail::open_flags(mode) | options.flags();
  sys::Fd file = co_await to_thread(detail::open_now, path, flags, options.permissions());
  co_return File(std::move(file), std::move(path), (flags & O_APPEND) != 0);
}

AsyncGenerator<std::string> open_lines(std::string path) {
  File file = co_await open_file(std::move(path));
  auto lines = file.lines();
  while (auto line = co_await lines.next()) co_yield std::move(*line);
}

AsyncGenerator<std::string> detail::read_lines(std::shared_ptr<FileState> file) {
  for (;;) {
    std::string line = co_await FileReadLine(file);
    if (line.empty()) co_return;
    if (line.back() == '\n') line.pop_back();
    if (!line.empty() && line.back() == '\r') line.pop_back();
    co_yield std::move(line);
  }
}

}  // namespace eddy
