// Condition: wait, holding a lock, until something that others change is as needed.
// SPDX-License-Identifier: MIT
#include <functional>
#include <iostream>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Shelf {
  eddy::Condition changed;
  std::vector<int> items;
};

Task<> buyer(Shelf& shelf) {
  auto guard = co_await shelf.changed.acquire();
  // Releases the lock while it waits, and holds it again when it goes on.
  co_await shelf.changed.wait(guard, [&] { return shelf.items.size() >= 2; });
  std::cout << "bought " << shelf.items.size() << " items\n";
  shelf.items.clear();
}

Task<> supplier(Shelf& shelf) {
  for (int item = 1; item <= 2; ++item) {
    co_await eddy::sleep(20ms);
    auto guard = co_await shelf.changed.acquire();
    shelf.items.push_back(item);
    std::cout << "item " << item << " on the shelf\n";
    shelf.changed.notify_all();
  }
}

Task<> async_main() {
  Shelf shelf;
  co_await eddy::gather(buyer(shelf), supplier(shelf));
}

int main() { eddy::run(async_main()); }
