// A task that was cancelled and does not end: debug mode says which one, and where it still cleans up.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> say_goodbye() { co_await eddy::sleep(400ms); }  // to a server that does not answer any more

Task<> session() { co_await eddy::finally(eddy::sleep(1h), say_goodbye); }

Task<> async_main() {
  eddy::get_running_loop().set_exception_handler([](eddy::Loop&, const eddy::ErrorContext& context) {
    if (context.kind != eddy::ErrorKind::slow_cleanup) return;
    std::string text = context.message;
    text.resize(text.find(", at "));  // the line would change with this file
    std::printf("%s, in %s\n", text.c_str(),
                context.message.find("in say_goodbye") != std::string::npos ? "say_goodbye" : "?");
  });
  auto task = eddy::create_task(session);
  task.set_name("session-7");
  co_await eddy::sleep(1ms);
  co_await eddy::cancel_and_wait(task);
  std::puts("ended");
}

int main() { eddy::run(async_main(), eddy::RunOptions{}.debug(true).slow_cleanup(100ms)); }
