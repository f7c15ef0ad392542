// Blocking calls in threads: to_thread for a plain function that would block the loop, several at the same time.
// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using eddy::Task;
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {  // an ordinary function: it blocks, and throws
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path.filename().string());
  return {std::istreambuf_iterator<char>(file), {}};
}

Task<> async_main() {
  fs::path here = fs::temp_directory_path();
  std::vector<fs::path> paths;
  for (int i = 0; i < 3; ++i) {
    paths.push_back(here / ("eddy_example_110_" + std::to_string(i) + ".txt"));
    std::ofstream(paths.back()) << "content of file " << i;
  }

  std::string one = co_await eddy::to_thread(read_file, paths[0]);
  std::cout << one << '\n';

  std::vector<Task<std::string>> reads;
  for (auto& path : paths)
    reads.push_back(
        [](fs::path from) -> Task<std::string> { co_return co_await eddy::to_thread(read_file, from); }(path));
  for (auto& text : co_await eddy::gather(std::move(reads))) std::cout << text.size() << " characters\n";

  try {
    co_await eddy::to_thread(read_file, here / "eddy_example_110_missing.txt");
  } catch (const std::runtime_error& e) {  // what the function throws, the await throws
    std::cout << e.what() << '\n';
  }

  for (auto& path : paths) co_await eddy::to_thread([&path] { fs::remove(path); });
}

int main() { eddy::run(async_main()); }
