// SPDX-License-Identifier: MIT
#include "eddy/io/detail/path_calls.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eddy/base/scope_guard.h"
#include "eddy/io/detail/file_calls.h"

namespace eddy::detail {

namespace {

FileKind kind_of(mode_t mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileKind::regular;
    case S_IFDIR:
      return FileKind::directory;
    case S_IFLNK:
      return FileKind::symlink;
    case S_IFIFO:
      return FileKind::fifo;
    case S_IFSOCK:
      return FileKind::socket;
    default:
      return FileKind::device;
  }
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::string below(const std::string& directory, std::string_view name) {
  std::string path = directory;
  if (path.empty() || path.back() != '/') path += '/';
  return path.append(name);
}

// False when it has vanished since its name was read.
bool find_kind(const dirent& entry, const std::string& path, FileKind& kind) {
  if (entry.d_type != DT_UNKNOWN) {
    kind = kind_of(DTTOIF(entry.d_type));
    return true;
  }
  struct stat about{};
  if (::lstat(path.c_str(), &about) != 0) return false;
  kind = kind_of(about.st_mode);
  return true;
}

bool is_dots(std::string_view name) noexcept { return name == "." || name == ".."; }

}  // namespace

FileInfo info_now(const std::string& path, bool follow) {
  struct stat about{};
  const int result = follow ? ::stat(path.c_str(), &about) : ::lstat(path.c_str(), &about);
  if (result != 0) fail_path("file_info() of", path, errno);
  FileInfo info;
  info.kind = kind_of(about.st_mode);
  info.size = about.st_size;
  info.permissions = about.st_mode & 07777;
  info.modified_ns = about.st_mtim.tv_sec * std::int64_t{1'000'000'000} + about.st_mtim.tv_nsec;
  info.inode = about.st_ino;
  info.device = about.st_dev;
  info.links = about.st_nlink;
  return info;
}

bool exists_now(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return false;
  fail_path("path_exists():", path, errno);
}

void remove_now(const std::string& path) {
  if (::unlink(path.c_str()) != 0) fail_path("remove", path, errno);
}

void remove_directory_now(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) fail_path("remove the directory", path, errno);
}

void remove_tree_now(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  if (errno != EISDIR && errno != EPERM) fail_path("remove", path, errno);
  // O_NOFOLLOW: somebody may put a link to elsewhere into its place just now.
  for (const DirectoryEntry& entry : list_now(path, O_NOFOLLOW)) remove_tree_now(entry.path);
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) fail_path("remove the directory", path, errno);
}

void rename_now(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_path("rename", from + " to " + to, errno);
}

void make_directories_now(const std::string& path, unsigned permissions) {
  if (::mkdir(path.c_str(), permissions) == 0) return;
  const int error = errno;
  struct stat about{};
  if (error == EEXIST && ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) return;
  const std::string above = directory_of(path);
  if (error != ENOENT || above == path || above == ".") fail_path("make the directory", path, error);
  make_directories_now(above, permissions);
  if (::mkdir(path.c_str(), permissions) != 0 && errno != EEXIST) fail_path("make the directory", path, errno);
}

std::vector<DirectoryEntry> list_now(const std::string& path, int flags) {
  const sys::Fd number = open_now(path, O_RDONLY | O_DIRECTORY | flags, 0);
  const Directory directory(::fdopendir(::fcntl(number.get(), F_DUPFD_CLOEXEC, 0)));
  if (!directory) fail_path("list", path, errno);
  std::vector<DirectoryEntry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string at = below(path, entry->d_name);
    FileKind kind{};
    if (!is_dots(entry->d_name) && find_kind(*entry, at, kind)) {
      entries.emplace_back(entry->d_name, std::move(at), kind);
    }
    errno = 0;
  }
  if (errno != 0) fail_path("list", path, errno);
  std::sort(entries.begin(), entries.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return entries;
}

namespace {

// copy_file_range where the two file systems can, else through memory.
void copy_bytes(const std::stop_token& stop, int in, int out, const std::string& from, const std::string& to) {
  constexpr std::size_t piece = 8 * 1024 * 1024;
  for (bool first = true; !stop.stop_requested(); first = false) {
    const ssize_t copied = ::copy_file_range(in, nullptr, out, nullptr, piece, 0);
    if (copied > 0) continue;
    if (copied == 0 && !first) return;  // at first: a file of /proc, which says that it is empty
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0 && errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) {
      fail_path("copy", std::string(from).append(" to ").append(to), errno);
    }
    return write_now(stop, out, read_now(stop, in, from), to);
  }
}

}  // namespace

void copy_now(std::stop_token stop, const std::string& from, const std::string& to) {
  const sys::Fd in = open_now(from, O_RDONLY, 0);
  struct stat about{};
  if (::fstat(in.get(), &about) != 0) fail_path("copy", from, errno);
  struct stat there{};
  if (::stat(to.c_str(), &there) == 0 && there.st_ino == about.st_ino && there.st_dev == about.st_dev) {
    fail_path("copy", from + " to itself (" + to + ")", EINVAL);
  }
  std::string temporary;
  sys::Fd out = make_temporary_now(temporary, directory_of(to) + "/.eddy-", ".tmp");
  ScopeGuard remove([&]() noexcept { ::unlink(temporary.c_str()); });
  copy_bytes(stop, in.get(), out.get(), from, to);
  if (::fchmod(out.get(), about.st_mode & 0777) != 0) fail_path("set the permissions of", to, errno);
  if (::close(out.release()) != 0) fail_path("write to", to, errno);
  if (stop.stop_requested()) return;
  rename_now(temporary, to);
  remove.dismiss();
}

}  // namespace eddy::detail
