// Two tasks take two locks, each in its own order: they wait for each other for ever. deadlocks() finds such circles
// while the program runs; a health check may ask now and then, and cancel somebody.
// SPDX-License-Identifier: MIT
#include <cstdio>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> transfer(eddy::Lock& from, eddy::Lock& to) {
  auto first = co_await from.acquire();
  co_await eddy::sleep(1ms);
  auto second = co_await to.acquire();
}

Task<> check_health() {
  for (;;) {
    co_await eddy::sleep(20ms);
    for (const auto& deadlock : eddy::debug::deadlocks(eddy::get_running_loop())) {
      std::printf("%s\n", deadlock.text.c_str());
      for (auto& task : eddy::all_tasks()) {
        if (&task.state() == deadlock.tasks[0]) task.cancel("it was in a deadlock");
      }
    }
  }
}

Task<> main_task() {
  eddy::Lock alice;
  eddy::Lock bob;
  auto health = eddy::create_task(check_health);
  auto there = eddy::create_task(transfer, std::ref(alice), std::ref(bob));
  auto back = eddy::create_task(transfer, std::ref(bob), std::ref(alice));
  there.set_name("alice to bob");
  back.set_name("bob to alice");
  co_await eddy::wait(there, back);
  for (auto& task : {there, back}) {
    std::printf("%s: %s\n", task.name().c_str(), task.cancelled() ? "cancelled" : "done");
  }
  co_await eddy::cancel_and_wait(health);
}

int main() { eddy::run(main_task()); }
