// The event loop by hand, for when run() is too simple: run_until_complete, call_later, run_forever, stop, close.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<int> first() {
  co_await eddy::sleep(20ms);
  co_return 1;
}

Task<int> second(int previous) {
  co_await eddy::sleep(20ms);
  co_return previous + 1;
}

int main() {
  eddy::Loop loop;

  // What is made on a loop may be used by everything that runs on it later.
  int one = loop.run_until_complete(first());
  int two = loop.run_until_complete(second(one));
  std::cout << one << ' ' << two << '\n';

  loop.call_soon([] { std::cout << "soon\n"; });
  loop.call_later(40ms, [&] {
    std::cout << "later\n";
    loop.stop();
  });
  loop.run_forever();

  loop.close();  // cancels and awaits what is left; the destructor would do it too
  std::cout << "closed\n";
}
