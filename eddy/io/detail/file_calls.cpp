// SPDX-License-Identifier: MIT
#include "eddy/io/detail/file_calls.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "eddy/base/scope_guard.h"

namespace eddy::detail {

namespace {

constexpr std::size_t kPiece = 1024 * 1024;  // between two looks at the stop token

const char* doing(int flags) noexcept {
  if ((flags & O_EXCL) != 0) return "make";
  return (flags & O_ACCMODE) == O_RDONLY ? "open for reading" : "open for writing";
}

// What is not a file, and what to use for it; null for a file.
const char* advice(mode_t mode, int fd) noexcept {
  if (S_ISFIFO(mode)) return "it is a pipe: open it with O_NONBLOCK and use stream_from_pipe()";
  if (S_ISSOCK(mode)) return "it is a socket: use open_connection()";
  if (S_ISCHR(mode) && ::isatty(fd)) return "it is a terminal: use stream_from_pipe() or stdin_stream()";
  return nullptr;
}

void check_kind(int fd, const std::string& path, int flags) {
  struct stat about{};
  if (::fstat(fd, &about) != 0) fail_path("open", path, errno);
  if (S_ISDIR(about.st_mode) && (flags & O_DIRECTORY) == 0) {
    fail_path("open", path + " (list_directory() says what is in it)", EISDIR);
  }
  if (const char* instead = advice(about.st_mode, fd)) fail_path("open", path + " (" + instead + ")", EINVAL);
}

}  // namespace

void fail_path(const char* doing_what, const std::string& path, int error) {
  sys::throw_error((std::string(doing_what) + " " + path).c_str(), error);
}

int open_flags(std::string_view mode) {
  char kind = 0;
  int kinds = 0;
  bool both = false;
  for (const char c : mode) {
    if (c == 'b' || c == 't') continue;
    if (c == '+' && !both) {
      both = true;
      continue;
    }
    kinds += c == 'r' || c == 'w' || c == 'a' || c == 'x' ? 1 : 2;
    kind = c;
  }
  if (kinds != 1) {
    throw std::invalid_argument("open_file(): mode \"" + std::string(mode) +
                                "\": it is one of r, w, a, x, with + for both directions");
  }
  const int make = kind == 'r' ? 0 : O_CREAT | (kind == 'w' ? O_TRUNC : kind == 'a' ? O_APPEND : O_EXCL);
  return make | (both ? O_RDWR : kind == 'r' ? O_RDONLY : O_WRONLY);
}

// O_NONBLOCK, or the open of a FIFO would wait for its other end; it means nothing to files.
sys::Fd open_now(const std::string& path, int flags, mode_t permissions) {
  sys::Fd fd;
  do fd.reset(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, permissions));
  while (!fd && errno == EINTR);
  if (!fd) fail_path(doing(flags), path, errno);
  check_kind(fd.get(), path, flags);
  sys::set_nonblocking(fd.get(), false);
  return fd;
}

std::string read_now(const std::stop_token& stop, int fd, const std::string& path) {
  struct stat about{};
  ::fstat(fd, &about);
  std::string all;
  std::size_t filled = 0;
  while (!stop.stop_requested()) {
    if (filled == all.size()) {
      const auto known = static_cast<std::size_t>(std::max<off_t>(about.st_size, 0));
      all.resize(filled <= known ? known + 1 : std::max<std::size_t>(filled * 2, 4096));
    }
    const ssize_t got = ::read(fd, all.data() + filled, std::min(kPiece, all.size() - filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_path("read from", path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  all.resize(filled);
  return all;
}

void write_now(const std::stop_token& stop, int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty() && !stop.stop_requested()) {
    const ssize_t wrote = ::write(fd, bytes.data(), std::min(kPiece, bytes.size()));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) fail_path("write to", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::string read_file_now(const std::stop_token& stop, const std::string& path) {
  const sys::Fd fd = open_now(path, O_RDONLY, 0);
  return read_now(stop, fd.get(), path);
}

void write_file_now(const std::stop_token& stop, const std::string& path, std::string_view bytes, int flags) {
  sys::Fd fd = open_now(path, flags, 0666);
  write_now(stop, fd.get(), bytes, path);
  if (::close(fd.release()) != 0) fail_path("write to", path, errno);
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

sys::Fd make_temporary_now(std::string& path, const std::string& prefix, const std::string& suffix) {
  path = prefix + "XXXXXX" + suffix;
  sys::Fd fd(::mkostemps(path.data(), static_cast<int>(suffix.size()), O_CLOEXEC));
  if (!fd) fail_path("make a temporary file", path, errno);
  return fd;
}

namespace {

// Those of the file whose place it takes; else those of any new file, which mkstemp has not given.
void take_permissions(int fd, const std::string& from) {
  struct stat about{};
  if (::stat(from.c_str(), &about) == 0) {
    static_cast<void>(::fchown(fd, about.st_uid, about.st_gid) == 0);  // only root may; others keep their own
    if (::fchmod(fd, about.st_mode & 07777) != 0) fail_path("set the permissions of", from, errno);
    return;
  }
  const std::string line = "/proc/self/status";  // umask(2) can only be read by setting it, for all threads
  const std::string status = read_file_now({}, line);
  const std::size_t at = status.find("\nUmask:");
  const unsigned long umask = at == status.npos ? 022 : std::strtoul(status.c_str() + at + 7, nullptr, 8);
  if (::fchmod(fd, static_cast<mode_t>(0666 & ~umask)) != 0) fail_path("set the permissions of", from, errno);
}

// Where symbolic links lead: the link stays, its file is replaced.
std::string target_of(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (!real) return path;
  std::string target(real);
  std::free(real);
  return target;
}

void sync_now(int fd, const std::string& path) {
  if (::fsync(fd) != 0) fail_path("sync", path, errno);
}

}  // namespace

void replace_file_now(const std::stop_token& stop, const std::string& path, std::string_view bytes) {
  const std::string target = target_of(path);
  const std::string folder = directory_of(target);
  std::string temporary;
  sys::Fd fd = make_temporary_now(temporary, folder + "/.eddy-", ".tmp");
  ScopeGuard remove([&]() noexcept { ::unlink(temporary.c_str()); });
  write_now(stop, fd.get(), bytes, temporary);
  take_permissions(fd.get(), target);
  sync_now(fd.get(), temporary);
  if (::close(fd.release()) != 0) fail_path("write to", temporary, errno);
  if (stop.stop_requested()) return;
  if (::rename(temporary.c_str(), target.c_str()) != 0) fail_path("replace", path, errno);
  remove.dismiss();
  const sys::Fd directory = open_now(folder, O_RDONLY | O_DIRECTORY, 0);
  sync_now(directory.get(), folder);  // or a crash could bring the old file back
}

}  // namespace eddy::detail
