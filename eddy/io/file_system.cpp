// SPDX-License-Identifier: MIT
#include "eddy/io/file_system.h"

#include <iterator>
#include <system_error>
#include <utility>

#include "eddy/io/detail/path_calls.h"
#include "eddy/threads/to_thread.h"

namespace eddy {

Task<FileInfo> file_info(std::string path, bool follow) {
  co_return co_await to_thread(detail::info_now, std::move(path), follow);
}
Task<bool> path_exists(std::string path) { co_return co_await to_thread(detail::exists_now, std::move(path)); }
Task<> remove_file(std::string path) { co_await to_thread(detail::remove_now, std::move(path)); }
Task<> remove_directory(std::string path) { co_await to_thread(detail::remove_directory_now, std::move(path)); }
Task<> remove_tree(std::string path) { co_await to_thread(detail::remove_tree_now, std::move(path)); }
Task<> rename_path(std::string from, std::string to) {
  co_await to_thread(detail::rename_now, std::move(from), std::move(to));
}
Task<> copy_file(std::string from, std::string to) {
  co_await to_thread(detail::copy_now, std::move(from), std::move(to));
}
Task<> make_directories(std::string path, unsigned permissions) {
  co_await to_thread(detail::make_directories_now, std::move(path), permissions);
}
Task<std::vector<DirectoryEntry>> list_directory(std::string path) {
  co_return co_await to_thread(detail::list_now, std::move(path), 0);
}

namespace {

// Nothing, when it has vanished meanwhile.
std::vector<DirectoryEntry> list_if_there(const std::string& path) {
  try {
    return detail::list_now(path);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return {};
    throw;
  }
}

void push_reversed(std::vector<DirectoryEntry>& stack, std::vector<DirectoryEntry> entries) {
  stack.insert(stack.end(), std::make_move_iterator(entries.rbegin()), std::make_move_iterator(entries.rend()));
}

}  // namespace

AsyncGenerator<DirectoryEntry> walk_directory(std::string path) {
  std::vector<DirectoryEntry> left;
  push_reversed(left, co_await to_thread(detail::list_now, path, 0));
  while (!left.empty()) {
    DirectoryEntry entry = std::move(left.back());
    left.pop_back();
    if (entry.is_directory()) push_reversed(left, co_await to_thread(list_if_there, entry.path));
    co_yield std::move(entry);
  }
}

}  // namespace eddy
