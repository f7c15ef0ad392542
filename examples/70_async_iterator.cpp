// An async iterator as a class: a next() that awaits, and gives nothing at the end.
// SPDX-License-Identifier: MIT
#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch_data(int id) {
  co_await eddy::sleep(10ms);
  co_return "data " + std::to_string(id);
}

class DataFetcher {
 public:
  explicit DataFetcher(std::vector<int> ids) : ids_(std::move(ids)) {}

  Task<std::optional<std::string>> next() {
    if (index_ == ids_.size()) co_return std::nullopt;
    co_return co_await fetch_data(ids_[index_++]);
  }

 private:
  std::vector<int> ids_;
  std::size_t index_ = 0;
};

Task<> process_all() {
  std::vector<int> ids{1, 2, 3, 4};
  DataFetcher fetcher(ids);
  while (auto data = co_await fetcher.next()) std::cout << *data << '\n';
}

int main() { eddy::run(process_all()); }
