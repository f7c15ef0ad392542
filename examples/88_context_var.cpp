// ContextVar: a value that belongs to a task and everything it starts, such as the id of a request.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

eddy::ContextVar<std::string> request_id{"-"};

// Deep down in the program, where nobody passes the id along.
void log(const std::string& text) { std::cout << '[' << request_id.get() << "] " << text << '\n'; }

Task<> load_user() {
  log("loading");
  co_await eddy::sleep(60ms);
  log("loaded");
}

Task<> handle_request(std::string id) {
  request_id.set(id);
  co_await eddy::create_task(load_user());  // a child starts with a copy of its parent's values
}

Task<> async_main() {
  co_await eddy::task_group([](eddy::TaskGroup& tg) -> Task<> {
    tg.create_task(handle_request, "req-1");
    co_await eddy::sleep(30ms);
    tg.create_task(handle_request, "req-2");
  });
  log("done");  // what children set does not reach their parent
}

int main() { eddy::run(async_main()); }
