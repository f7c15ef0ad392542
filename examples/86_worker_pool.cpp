// Workers around a queue: task_done() and join() tell when all of the work has been dealt with.
// SPDX-License-Identifier: MIT
#include <functional>
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> worker(eddy::Queue<int>& queue, int& sum) {
  for (;;) {
    int item = co_await queue.get();
    co_await eddy::sleep(5ms);
    sum += item;
    queue.task_done();
  }
}

Task<> producer(eddy::Queue<int>& queue, int from) {
  for (int item = from; item < from + 10; ++item) co_await queue.put(item);
}

Task<> async_main() {
  eddy::Queue<int> queue(5);
  int sum = 0;
  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    for (int i = 0; i < 4; ++i) tg.create_task(worker, std::ref(queue), std::ref(sum));

    co_await eddy::gather(producer(queue, 1), producer(queue, 11));
    co_await queue.join();  // every item was taken, and marked with task_done()
    std::cout << "sum of 1 to 20: " << sum << '\n';

    tg.cancel();  // the workers wait for work that will never come
  });
  std::cout << "workers stopped\n";
}

int main() { eddy::run(async_main()); }
