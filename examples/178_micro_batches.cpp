// chunk_within: a writer takes many rows at once when there are many, and does not keep a lonely one waiting.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;
namespace it = eddy::iter;

eddy::AsyncGenerator<int> measurements() {
  for (int i = 1; i <= 7; ++i) co_yield i;  // a burst
  co_await eddy::sleep(200ms);
  co_yield 8;  // and a latecomer
  co_await eddy::sleep(200ms);
  co_yield 9;
}

Task<> insert(const std::vector<int>& rows) {
  std::cout << "insert " << rows.front() << " to " << rows.back() << '\n';
  co_await eddy::sleep(1ms);
}

Task<> async_main() {
  auto chunks = measurements() | it::chunk_within(3, 50ms);
  while (auto rows = co_await chunks.next()) co_await insert(*rows);
}

int main() { eddy::run(async_main()); }
