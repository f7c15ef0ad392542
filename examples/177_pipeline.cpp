// A pipeline with calls under way in two of its stages: a million items pass through it, a few dozen at a time.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <ranges>

#include "eddy/eddy.h"

using eddy::Task;
namespace it = eddy::iter;

struct Record {
  int id = 0;
  std::int64_t value = 0;
};

Task<Record> look_up(int id) {
  if (id % 1000 == 0) co_await eddy::checkpoint();  // most are in a cache
  Record record;
  record.id = id;
  record.value = std::int64_t{id} * id;
  co_return record;
}

Task<Record> enrich(Record record) {
  record.value += 1;
  co_return record;
}

Task<> async_main() {
  auto is_even = [](int id) { return id % 2 == 0; };
  auto records = std::views::iota(0, 1'000'000) | it::filter(is_even) | it::map_async(look_up, 10) |
                 it::map_unordered(enrich, 10) | it::buffer(100) | it::chunk(50);

  std::int64_t sum = 0;
  int chunks = 0;
  std::uint64_t alive = 0;
  while (auto chunk = co_await records.next()) {
    for (const Record& record : *chunk) sum += record.value;
    ++chunks;
    alive = std::max(alive, eddy::frame_stats().live);
  }
  std::cout << chunks << " chunks, sum " << sum << '\n';
  std::cout << (alive < 200 ? "never as many as 200" : "too many") << " coroutines and tasks at a time\n";
}

int main() { eddy::run(async_main()); }
