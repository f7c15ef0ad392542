// Progress: a bar on a terminal, a plain line now and then elsewhere, on stderr. EDDY_PROGRESS=off for silence.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Progress;
using eddy::Task;
namespace it = eddy::iter;

Task<int> fetch(int page) {
  co_await eddy::sleep(page % 7 * 5ms);
  if (page == 13) throw eddy::RuntimeError("page 13: not found");
  co_return page * 100;
}

std::vector<Task<int>> pages(int count) {
  std::vector<Task<int>> tasks;
  for (int page = 0; page < count; ++page) tasks.push_back(fetch(page));
  return tasks;
}

Task<> async_main() {
  // With gather, for errors as well as for results; closed at its end.
  auto results = co_await eddy::gather(Progress("pages"), eddy::return_exceptions, pages(40));
  int good = 0;
  for (auto& result : results) good += result ? 1 : 0;
  std::cout << good << " of " << results.size() << " pages\n";

  // With as_completed: it moves with each result that is taken.
  auto completed = eddy::as_completed(Progress("fastest first"), pages(12));
  int sum = 0;
  while (auto next = co_await completed.next()) sum += next->value();
  std::cout << "the sum is " << sum << '\n';

  // In a pipeline, which may not know how many there will be.
  auto rows = it::map_async([](int page) { return fetch(page % 10); }, 5);
  std::cout << co_await it::count(std::views::iota(0, 100) | std::move(rows) | it::progress("rows")) << " rows\n";

  // By hand.
  Progress bar("download", 64 * 1024, eddy::ProgressOptions{}.unit("B", eddy::ProgressScale::kBinary));
  while (bar.done() < 64 * 1024) {
    co_await eddy::sleep(2ms);
    bar.advance(4096);
  }
  bar.set_postfix("checked");
}

int main() { eddy::run(async_main()); }
