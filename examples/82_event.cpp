// Event: several tasks wait until one says go.
// SPDX-License-Identifier: MIT
#include <functional>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> runner(std::string name, eddy::Event& go) {
  std::cout << name << " ready\n";
  co_await go.wait();
  std::cout << name << " runs\n";
}

Task<> async_main() {
  eddy::Event go;
  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    tg.create_task(runner, "ann", std::ref(go));  // std::ref says: by reference, and I keep it alive
    tg.create_task(runner, "bob", std::ref(go));
    co_await eddy::sleep(30ms);
    std::cout << "go!\n";
    go.set();
  });
}

int main() { eddy::run(async_main()); }
