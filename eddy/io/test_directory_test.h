// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace eddy {

/// A directory that goes with its test.
class TestDirectory {
 public:
  TestDirectory() : path_(std::filesystem::temp_directory_path() / "eddy-test-XXXXXX") {
    if (!::mkdtemp(path_.data())) std::abort();
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }

  std::string operator/(const char* name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

  /// A file with these bytes, its path.
  std::string file(const char* name, const std::string& bytes) const {
    std::ofstream(*this / name, std::ios::binary) << bytes;
    return *this / name;
  }
  bool empty() const { return std::filesystem::is_empty(path_); }

 private:
  std::string path_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Drops a file from the page cache, so that reading it has to wait.
inline void chill(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ::fsync(fd);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
}

/// Bytes that no two places of have the same.
inline std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t x = 88172645463325252ull;
  for (char& byte : bytes) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    byte = static_cast<char>(x);
  }
  return bytes;
}

}  // namespace eddy
