// How many requests at a time does this server take? An adaptive limit finds out, as TCP does.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

/// Takes eight requests at a time and answers 429, too many requests, to the others.
struct Server {
  Task<int> get() {
    if (inside == 8) co_return 429;
    ++inside;
    co_await eddy::sleep(2ms);
    --inside;
    co_return 200;
  }
  int inside = 0;
};

Task<> async_main() {
  Server server;
  eddy::AdaptiveLimit limit(eddy::AdaptiveLimitOptions{}.start(2).bounds(1, 100));
  int rejected = 0;

  auto request = [&](int) -> Task<> {
    int status = co_await limit.run([&] { return server.get(); }, [](const int& answer) { return answer == 429; });
    if (status == 429) ++rejected;
  };
  co_await eddy::gather(std::views::iota(0, 400) | std::views::transform(request));

  std::cout << "the limit is between 4 and 9: " << std::boolalpha << (limit.current() >= 4 && limit.current() <= 9)
            << '\n';
  std::cout << "few were rejected: " << (rejected < 100) << '\n';
}

int main() { eddy::run(async_main()); }
