// tg.limit: a thousand tasks, but only so many at a time.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <functional>
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Load {
  int now = 0;
  int highest = 0;
};

Task<> process(int /*item*/, Load& load) {
  load.highest = std::max(load.highest, ++load.now);
  co_await eddy::sleep(1ms);
  --load.now;
}

Task<> async_main() {
  Load load;
  co_await eddy::task_group([&](eddy::TaskGroup& tg) {
    tg.limit(100);
    for (int item = 0; item < 1000; ++item) tg.create_task(process, item, std::ref(load));
  });
  std::cout << "never more than " << load.highest << " at a time\n";
}

int main() { eddy::run(async_main()); }
