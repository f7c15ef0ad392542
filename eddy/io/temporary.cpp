// SPDX-License-Identifier: MIT
#include "eddy/io/temporary.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <unistd.h>

#include "eddy/io/detail/file_calls.h"
#include "eddy/io/detail/path_calls.h"
#include "eddy/threads/to_thread.h"

namespace eddy {

namespace {

TemporaryFile make_file_now(const std::string& start, const std::string& suffix) {
  std::string path;
  sys::Fd fd = detail::make_temporary_now(path, start, suffix);
  return {File(std::move(fd), path), path};
}

TemporaryDirectory make_directory_now(const std::string& start) {
  std::string path = start + "XXXXXX";
  if (!::mkdtemp(path.data())) detail::fail_path("make a temporary directory", path, errno);
  return TemporaryDirectory(std::move(path));
}

}  // namespace

std::string TemporaryOptions::start() const {
  const char* fallback = std::getenv("TMPDIR");
  if (!fallback || *fallback == '\0') fallback = "/tmp";
  return (directory_.empty() ? fallback : directory_) + "/" + prefix_;
}

Task<TemporaryFile> open_temporary_file(TemporaryOptions options) {
  co_return co_await to_thread(make_file_now, options.start(), options.suffix());
}

Task<TemporaryDirectory> make_temporary_directory(TemporaryOptions options) {
  co_return co_await to_thread(make_directory_now, options.start());
}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  if (this == &other) return *this;
  remove();
  to_remove_ = std::exchange(other.to_remove_, {});
  File::operator=(std::move(other));
  return *this;
}

void TemporaryFile::remove() noexcept {
  if (!to_remove_.empty()) ::unlink(to_remove_.c_str());
  to_remove_.clear();
}

Task<> TemporaryFile::aclose() {
  co_await File::aclose();
  if (to_remove_.empty()) co_return;
  co_await to_thread(detail::remove_tree_now, to_remove_);  // gone already is fine
  to_remove_.clear();
}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  to_remove_ = std::exchange(other.to_remove_, {});
  return *this;
}

void TemporaryDirectory::remove() noexcept {
  if (to_remove_.empty()) return;
  try {
    detail::remove_tree_now(std::exchange(to_remove_, {}));
  } catch (const std::system_error&) {  // aclose() is who tells
  }
}

Task<> TemporaryDirectory::aclose() {
  if (to_remove_.empty()) co_return;
  co_await to_thread(detail::remove_tree_now, to_remove_);
  to_remove_.clear();
}

}  // namespace eddy
