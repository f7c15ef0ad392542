// Digests of many files: a few are read at a time, and a pool of threads computes.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "eddy/eddy.h"

using eddy::Task;
namespace it = eddy::iter;

std::uint64_t fnv1a(std::uint64_t digest, std::string_view bytes) {  // in a thread
  for (unsigned char byte : bytes) digest = (digest ^ byte) * 0x100000001b3;
  return digest;
}

struct Digest {
  Digest(std::string of, std::uint64_t is) : name(std::move(of)), value(is) {}
  std::string name;
  std::uint64_t value;
};

Task<Digest> digest_of(eddy::ThreadPool& pool, const eddy::DirectoryEntry& entry) {
  eddy::File file = co_await eddy::open_file(entry.path);
  std::vector<char> memory(64 * 1024);
  std::uint64_t digest = 0xcbf29ce484222325;
  for (;;) {
    std::size_t size = co_await file.read_some(memory);
    if (size == 0) co_return Digest(entry.name, digest);
    digest = co_await pool.run(fnv1a, digest, std::string_view(memory.data(), size));
  }
}

Task<> main_task(eddy::TemporaryDirectory& directory) {
  for (int i = 1; i <= 6; ++i) {
    std::string bytes(static_cast<std::size_t>(i) * 50'000, static_cast<char>('a' + i));
    co_await eddy::write_text(directory / ("file" + std::to_string(i)), bytes);
  }
  eddy::ThreadPool pool{2};
  auto entries = co_await eddy::list_directory(directory.path());
  auto digest = [&](const eddy::DirectoryEntry& entry) { return digest_of(pool, entry); };
  auto digests = entries | it::map_async(digest, 3);  // three files open at a time, in the order of the names
  while (auto one = co_await digests.next()) {
    std::printf("%016llx  %s\n", static_cast<unsigned long long>(one->value), one->name.c_str());
  }
  co_await pool.aclose();
}

int main() { eddy::run(eddy::with(eddy::make_temporary_directory(), main_task)); }
