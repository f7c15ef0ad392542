// process_batch: a thousand users in batches of fifty, ten calls at a time, a pause between batches, and a bar on
// stderr. SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> update_user(int user_id) {
  co_await eddy::sleep(5ms);  // the call of an API
  co_return "Updated user " + std::to_string(user_id);
}

Task<> async_main() {
  auto user_ids = std::views::iota(1, 1001);
  auto results = co_await eddy::process_batch(user_ids, update_user,
                                              eddy::Batch{}.size(50).concurrency(10).pause(5ms).progress("users"));

  std::cout << results.size() << " users\n" << results.front() << '\n' << results.back() << '\n';
}

int main() { eddy::run(async_main()); }
