// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/io/file.h"

namespace eddy {

/// How temporary files and directories are named. Fluent: `TemporaryOptions{}.directory(path).suffix(".csv")`.
class TemporaryOptions {
 public:
  TemporaryOptions() : prefix_("eddy-") {}
  /// Where: unless set, what TMPDIR says, else /tmp.
  TemporaryOptions& directory(std::string path) {
    directory_ = std::move(path);
    return *this;
  }
  TemporaryOptions& prefix(std::string text) {
    prefix_ = std::move(text);
    return *this;
  }
  /// Of a file.
  TemporaryOptions& suffix(std::string text) {
    suffix_ = std::move(text);
    return *this;
  }

  /// Everything before the part that makes the name unused.
  [[nodiscard]] std::string start() const;
  [[nodiscard]] const std::string& suffix() const noexcept { return suffix_; }

 private:
  std::string directory_;
  std::string prefix_;
  std::string suffix_;
};

/// A file, open for reading and writing, that goes with its object: Python's NamedTemporaryFile. Nobody but its owner
/// may read it. `aclose` (and `with`) and the destructor remove it; `keep` does not.
class [[nodiscard]] TemporaryFile : public File {
 public:
  TemporaryFile() noexcept = default;
  TemporaryFile(File file, std::string path) noexcept : File(std::move(file)), to_remove_(std::move(path)) {}
  TemporaryFile(TemporaryFile&& other) noexcept
      : File(std::move(static_cast<File&>(other))), to_remove_(std::exchange(other.to_remove_, {})) {}
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  ~TemporaryFile() { remove(); }

  /// From here on it is a file like others.
  void keep() noexcept { to_remove_.clear(); }
  Task<> aclose();

 private:
  void remove() noexcept;
  std::string to_remove_;
};

/// A directory that goes with its object, with all that is in it: Python's TemporaryDirectory. Nobody but its owner may
/// look into it. `aclose` (and `with`) removes it in a thread; the destructor does so at once, which blocks the loop as
/// long as it takes, and tells nobody of errors.
class [[nodiscard]] TemporaryDirectory {
 public:
  TemporaryDirectory() noexcept = default;
  explicit TemporaryDirectory(std::string path) noexcept : path_(path), to_remove_(std::move(path)) {}
  TemporaryDirectory(TemporaryDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})), to_remove_(std::exchange(other.to_remove_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory() { remove(); }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The path of something in it.
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  void keep() noexcept { to_remove_.clear(); }
  Task<> aclose();

 private:
  void remove() noexcept;
  std::string path_;
  std::string to_remove_;
};

[[nodiscard]] Task<TemporaryFile> open_temporary_file(TemporaryOptions options = {});
[[nodiscard]] Task<TemporaryDirectory> make_temporary_directory(TemporaryOptions options = {});

}  // namespace eddy
