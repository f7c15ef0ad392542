// SPDX-License-Identifier: MIT
#include "eddy/io/whole_file.h"

#include <utility>

#include "eddy/io/detail/file_calls.h"
#include "eddy/threads/to_thread.h"

namespace eddy {

namespace {

constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;

std::string_view text_of(const std::vector<std::byte>& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> read_bytes_now(std::stop_token stop, const std::string& path) {
  const std::string text = detail::read_file_now(stop, path);
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

void write_text_now(std::stop_token stop, const std::string& path, const std::string& text, int flags) {
  detail::write_file_now(stop, path, text, flags);
}

void write_bytes_now(std::stop_token stop, const std::string& path, const std::vector<std::byte>& bytes) {
  detail::write_file_now(stop, path, text_of(bytes), kWrite);
}

void replace_now(std::stop_token stop, const std::string& path, const std::string& text) {
  detail::replace_file_now(stop, path, text);
}

}  // namespace

Task<std::string> read_text(std::string path) { co_return co_await to_thread(detail::read_file_now, std::move(path)); }

Task<std::vector<std::byte>> read_bytes(std::string path) {
  co_return co_await to_thread(read_bytes_now, std::move(path));
}

Task<> write_text(std::string path, std::string text) {
  co_await to_thread(write_text_now, std::move(path), std::move(text), kWrite);
}

Task<> write_bytes(std::string path, std::vector<std::byte> bytes) {
  co_await to_thread(write_bytes_now, std::move(path), std::move(bytes));
}

Task<> append_text(std::string path, std::string text) {
  co_await to_thread(write_text_now, std::move(path), std::move(text), kAppend);
}

Task<> replace_file(std::string path, std::string text) {
  co_await to_thread(replace_now, std::move(path), std::move(text));
}

}  // namespace eddy
