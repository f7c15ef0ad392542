// debounce: only the last of a burst; throttle: all of them, but not too fast.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;
namespace it = eddy::iter;

/// What a user types, and when: two words, with a pause to think.
eddy::AsyncGenerator<std::string> keystrokes() {
  std::string text;
  for (char key : std::string("async c++")) {
    if (key == ' ') co_await eddy::sleep(300ms);
    text += key;
    co_yield text;
    co_await eddy::sleep(1ms);
  }
}

Task<> async_main() {
  auto searches = keystrokes() | it::debounce(100ms);
  while (auto text = co_await searches.next()) std::cout << "search for '" << *text << "'\n";

  const auto start = eddy::now();
  auto requests = keystrokes() | it::take(5) | it::throttle(10ms);
  int sent = 0;
  while (auto text = co_await requests.next()) ++sent;
  std::cout << sent << " requests, " << (eddy::now() - start >= 40ms ? "10 ms apart\n" : "too fast\n");
}

int main() { eddy::run(async_main()); }
