// Producer and consumers with a bounded Queue: shutdown() tells the consumers that no more will come.
// SPDX-License-Identifier: MIT
#include <functional>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> producer(eddy::Queue<std::string>& queue, int n) {
  for (int i = 0; i < n; ++i) co_await queue.put("item-" + std::to_string(i));  // waits while the queue is full
  queue.shutdown();  // no sentinel to put, and none to pass on to the other consumers
}

Task<int> consumer(eddy::Queue<std::string>& queue) {
  int consumed = 0;
  while (auto item = co_await queue.next()) {
    std::cout << "consumed " << *item << '\n';
    ++consumed;
    co_await eddy::sleep(10ms);
  }
  co_return consumed;
}

Task<> async_main() {
  eddy::Queue<std::string> queue(3);
  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    tg.create_task(producer, std::ref(queue), 8);
    auto first = tg.create_task(consumer, std::ref(queue));
    auto second = tg.create_task(consumer, std::ref(queue));
    int consumed = co_await first + co_await second;
    std::cout << consumed << " items in all\n";
  });
}

int main() { eddy::run(async_main()); }
