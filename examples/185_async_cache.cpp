// AsyncCache and cached: values that are costly to get are kept for a while; callers that miss share a load.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch_user(int id) {
  std::cout << "fetching user " << id << '\n';
  co_await eddy::sleep(10ms);
  if (id < 0) throw eddy::RuntimeError("no such user");
  co_return "user " + std::to_string(id);
}

Task<> async_main() {
  // A function that remembers: functools' lru_cache.
  auto user = eddy::cached(fetch_user, eddy::CacheOptions().max_size(100).ttl(50ms));
  auto [a, b] = co_await eddy::gather(user(1), user(1));
  std::cout << a << ", " << b << ", " << co_await user(1) << '\n';
  co_await eddy::sleep(60ms);
  std::cout << co_await user(1) << " once more\n";

  // Errors are not kept.
  for (int i = 0; i < 2; ++i) {
    auto ended = co_await eddy::outcome(user(-1));
    std::cout << ended.message() << '\n';
  }
  std::cout << user.stats().hits << " hit, " << user.stats().loads << " loads\n";

  // With what loads it given at each call, and keys that are looked up by any kind of text.
  eddy::AsyncCache<std::string, int> lengths;
  auto measure = [](const std::string& text) -> Task<int> { co_return static_cast<int>(text.size()); };
  std::cout << co_await lengths.get("seven..", measure) << '\n';
  lengths.invalidate("seven..");
  std::cout << (lengths.peek("seven..") ? "still there" : "gone") << '\n';
}

int main() { eddy::run(async_main()); }
