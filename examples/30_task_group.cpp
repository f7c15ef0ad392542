// task_group: structured concurrency. When the block is left, every task it started has ended.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct FetchResult {
  std::string url;
  int status;
};

Task<FetchResult> fetch_url(std::string url) {
  co_await eddy::sleep(30ms);
  co_return FetchResult{url, 200};
}

Task<std::vector<FetchResult>> fetch_all(std::vector<std::string> urls) {
  auto tasks = co_await eddy::task_group([&](eddy::TaskGroup& tg) { return tg.create_tasks(fetch_url, urls); });
  // All done. Had one failed, the others would have been cancelled, and we would not be here.
  std::vector<FetchResult> results;
  for (auto& task : tasks) results.push_back(task.result());
  co_return results;
}

Task<> async_main() {
  std::vector<std::string> urls{"https://example.com/api/1", "https://example.com/api/2", "https://example.com/api/3"};
  for (const FetchResult& r : co_await fetch_all(urls)) std::cout << "Fetched " << r.url << ": " << r.status << '\n';

  // Different tasks in one group: the body is a coroutine, too, and may await.
  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    auto first = tg.create_task(fetch_url("/first"));
    tg.create_task(fetch_url, "/second");
    std::cout << (co_await first).url << " is here\n";
  });
  std::cout << "group done\n";
}

int main() { eddy::run(async_main()); }
