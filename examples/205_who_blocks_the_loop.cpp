// Who blocks the loop? In debug mode a watchdog says it while it is still blocked, with the stack of its thread.
// SPDX-License-Identifier: MIT
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

std::atomic<bool> found{false};

// On the watchdog's thread, since the loop's is busy. The default prints to stderr.
void on_blocked(const eddy::ErrorContext& context) {
  std::fprintf(stderr, "%s\n", context.message.c_str());
  bool task = context.message.find("task 'importer' has been running for") != std::string::npos;
  bool function = context.message.find("in parse_rows") != std::string::npos;
  std::printf("blocked: %s in %s\n", task ? "the importer" : "?", function ? "parse_rows" : "?");
  found = true;
}

[[gnu::noinline]] int parse_rows() {
  for (int i = 0; i < 1000 && !found; ++i) std::this_thread::sleep_for(10ms);  // until somebody notices
  return 1000;
}

Task<int> import_wrong() {
  co_await eddy::sleep(1ms);
  co_return parse_rows();  // everybody else stands still
}

Task<int> import_right() {
  co_await eddy::sleep(1ms);
  co_return co_await eddy::to_thread(parse_rows);
}

Task<> async_main() {
  eddy::debug::set_blocked_handler(eddy::get_running_loop(), on_blocked);
  eddy::get_running_loop().set_exception_handler([](eddy::Loop&, const eddy::ErrorContext& context) {
    if (context.kind == eddy::ErrorKind::slow_callback) std::puts("and when it was over");
  });
  auto wrong = eddy::create_task(import_wrong);
  wrong.set_name("importer");
  std::printf("%d rows\n", co_await wrong);

  std::printf("%d rows, in a thread\n", co_await import_right());
}

int main() { eddy::run(async_main(), eddy::RunOptions{}.debug(true).slow_callback(500ms)); }
