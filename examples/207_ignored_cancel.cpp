// A loop that looks at outcomes but not at `.cancelled()` goes on for ever once it is cancelled; debug mode says so.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <stdexcept>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

bool found = false;

Task<int> fetch() {
  co_await eddy::sleep(10ms);
  throw std::runtime_error("connection refused");
  co_return 0;
}

// Wrong: a cancelled fetch has no value, so it is tried again, and ends as cancelled at once.
Task<> poll_until_it_works() {
  while (!found) {
    auto reply = co_await eddy::outcome(fetch());
    if (reply) co_return;
  }
}

// Right.
Task<> poll_until_it_works_or_is_cancelled() {
  for (;;) {
    auto reply = co_await eddy::outcome(fetch());
    if (reply || reply.cancelled()) co_return;
  }
}

Task<> async_main() {
  eddy::get_running_loop().set_exception_handler([](eddy::Loop&, const eddy::ErrorContext& context) {
    std::fprintf(stderr, "%s\n", context.message.c_str());
    found = context.kind == eddy::ErrorKind::ignored_cancel;
    std::puts(found ? "a task ignores its cancel" : "something else");
  });
  auto wrong = eddy::create_task(poll_until_it_works);
  auto right = eddy::create_task(poll_until_it_works_or_is_cancelled);
  co_await eddy::sleep(5ms);
  co_await eddy::cancel_and_wait(right);
  std::puts("the right one has ended");
  co_await eddy::cancel_and_wait(wrong);
}

int main() { eddy::run(async_main(), eddy::RunOptions{}.debug(true)); }
