// produce_consume: a producer, a bounded queue and two consumers; no sentinel, no join, no tasks to cancel.
// SPDX-License-Identifier: MIT
#include <array>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> producer(eddy::Queue<std::string>& queue) {
  for (int i = 0; i < 10; ++i) {
    co_await eddy::sleep(1ms);
    co_await queue.put("item-" + std::to_string(i));  // waits while the queue is full
  }
}

Task<> async_main() {
  std::array<int, 2> consumed = {0, 0};
  auto consumer = [&](std::string item, std::size_t worker) -> Task<> {
    std::cout << "consumed " << item << '\n';
    co_await eddy::sleep(3ms);
    ++consumed.at(worker);
  };
  co_await eddy::produce_consume(producer, consumer, eddy::Workers{}.count(2).buffer(10));

  std::cout << consumed[0] + consumed[1] << " in all, both worked: " << std::boolalpha
            << (consumed[0] > 0 && consumed[1] > 0) << '\n';
}

int main() { eddy::run(async_main()); }
