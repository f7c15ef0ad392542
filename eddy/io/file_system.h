// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/iter/async_generator.h"

namespace eddy {

/// What is at a path.
enum class FileKind : std::uint8_t { regular, directory, symlink, fifo, socket, device };

/// Python's os.stat_result.
class FileInfo {
 public:
  FileInfo() noexcept = default;
  [[nodiscard]] bool is_regular() const noexcept { return kind == FileKind::regular; }
  [[nodiscard]] bool is_directory() const noexcept { return kind == FileKind::directory; }
  [[nodiscard]] bool is_symlink() const noexcept { return kind == FileKind::symlink; }

  FileKind kind = FileKind::regular;
  std::int64_t size = 0;
  unsigned permissions = 0;      ///< the lowest twelve bits
  std::int64_t modified_ns = 0;  ///< since 1970
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint64_t links = 0;
};

/// An entry of a directory: its name, where it is, and what.
class DirectoryEntry {
 public:
  DirectoryEntry(std::string of, std::string at, FileKind what)
      : name(std::move(of)), path(std::move(at)), kind(what) {}
  [[nodiscard]] bool is_regular() const noexcept { return kind == FileKind::regular; }
  [[nodiscard]] bool is_directory() const noexcept { return kind == FileKind::directory; }

  std::string name;
  std::string path;
  FileKind kind;
};

/// Names and what they stand for; each call in a thread of the loop's pool. Errors: std::system_error with the path.
/// A cancelled one ends when the call does, and may have done it. For the contents: `open_file`, `read_text`.

/// What is at the path; at the end of a symbolic link, unless told not to follow it.
[[nodiscard]] Task<FileInfo> file_info(std::string path, bool follow = true);
/// False also for a symbolic link to nothing.
[[nodiscard]] Task<bool> path_exists(std::string path);

/// Removes a file or a symbolic link. Throws when there is none.
[[nodiscard]] Task<> remove_file(std::string path);
/// Removes an empty directory.
[[nodiscard]] Task<> remove_directory(std::string path);
/// Removes what is there, with everything below it; nothing there is fine. Follows no symbolic link.
[[nodiscard]] Task<> remove_tree(std::string path);
/// Gives a file or directory another name, in the same file system; takes the place of a file that has it.
[[nodiscard]] Task<> rename_path(std::string from, std::string to);
/// Copies bytes and permissions of a regular file; takes the place of a file that is there. Shares the disk's blocks
/// where the file system can. Cancelled, or failed, it leaves no half copy.
[[nodiscard]] Task<> copy_file(std::string from, std::string to);

/// Makes a directory and those above it that are missing. An existing one is fine.
[[nodiscard]] Task<> make_directories(std::string path, unsigned permissions = 0777);
/// What a directory contains, by name.
[[nodiscard]] Task<std::vector<DirectoryEntry>> list_directory(std::string path);
/// Everything below a directory, each directory before what it contains; reads one directory at a time, when it comes
/// to it. Follows no symbolic link. What vanishes meanwhile is left out.
[[nodiscard]] AsyncGenerator<DirectoryEntry> walk_directory(std::string path);

}  // namespace eddy
