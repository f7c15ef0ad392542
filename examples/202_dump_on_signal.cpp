// A program that hangs says where, without having been prepared: EDDY_DEBUG=1 ./app, then kill -USR1 PID. Without debug
// mode one line does it, here with a text that goes somewhere else than to stderr.
// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdio>
#include <regex>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> wait_for_reply(eddy::Queue<int>& replies) {
  co_await replies.get();  // nobody ever answers
}

Task<> main_task() {
  eddy::Queue<int> replies;
  eddy::Event printed;
  eddy::Loop& loop = eddy::get_running_loop();

  // Called on a thread of its own: the loop may be what hangs.
  eddy::debug::dump_on_signal(SIGUSR1, [&](const std::string& text) {
    const auto tasks = text.find("  task");
    if (tasks == std::string::npos) return;  // the loop is late, and will answer in a text of its own
    std::puts(std::regex_replace(text.substr(tasks), std::regex(" at [^\n]*/"), " at ").c_str());
    loop.call_soon_threadsafe([&] { printed.set(); });
  });

  auto client = eddy::create_task(wait_for_reply, std::ref(replies));
  client.set_name("client");
  co_await eddy::sleep(1ms);
  std::raise(SIGUSR1);  // kill -USR1 in real life
  co_await printed.wait();
  eddy::debug::stop_dump_on_signal(SIGUSR1);
  co_await eddy::cancel_and_wait(client);
}

int main() { eddy::run(main_task()); }
