// SPDX-License-Identifier: MIT
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "eddy/io/file_system.h"

/// Plain functions that block: for the threads of a pool. They throw std::system_error with the path.
namespace eddy::detail {

[[nodiscard]] FileInfo info_now(const std::string& path, bool follow);
[[nodiscard]] bool exists_now(const std::string& path);
void remove_now(const std::string& path);
void remove_directory_now(const std::string& path);
void remove_tree_now(const std::string& path);
void rename_now(const std::string& from, const std::string& to);
void copy_now(std::stop_token stop, const std::string& from, const std::string& to);
void make_directories_now(const std::string& path, unsigned permissions);
/// `flags`: for open(2), beside the usual ones.
[[nodiscard]] std::vector<DirectoryEntry> list_now(const std::string& path, int flags = 0);

}  // namespace eddy::detail
