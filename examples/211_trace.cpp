// What happened when? A trace: open it in https://ui.perfetto.dev or chrome://tracing.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<int> fetch(int id) {
  co_await eddy::sleep(id * 5ms);
  co_return id;
}

Task<> work() {
  auto [a, b] = co_await eddy::gather(fetch(1), fetch(2));
  auto slow = eddy::create_task(fetch, 1000);
  slow.set_name("slow one");
  co_await eddy::sleep(1ms);
  slow.cancel("nobody waits for it");
  std::cout << "worked: " << a + b << '\n';
}

Task<> async_main(const std::string& path) {
  eddy::debug::Trace trace{path};
  co_await eddy::create_task(work);
}

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "/dev/null";  // run.json, say
  eddy::run(async_main(path));
}
