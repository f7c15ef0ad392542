// What is everybody doing? dump_tasks prints each task, what it waits for, who has that, and where in the code.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <regex>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> produce(eddy::Queue<int>& work) {
  for (int i = 0;; ++i) co_await work.put(i);
}

Task<> update(eddy::Lock& database, eddy::Event& answer) {
  auto guard = co_await database.acquire();
  co_await answer.wait();  // the database is slow today
}

Task<> serve(eddy::Lock& database) { co_await eddy::wait_for(eddy::gather(database.acquire(), eddy::sleep(2h)), 24h); }

Task<> main_task() {
  eddy::Queue<int> work(100);
  eddy::Lock database;
  eddy::Event answer;
  auto body = [&](eddy::TaskGroup& tg) -> Task<> {
    tg.create_task(produce, std::ref(work)).set_name("producer");
    tg.create_task(update, std::ref(database), std::ref(answer)).set_name("update");
    for (int i = 1; i <= 500; ++i) tg.create_task(serve, std::ref(database)).set_name("request " + std::to_string(i));
    co_await eddy::sleep(1ms);
    for (int i = 0; i < 5; ++i) co_await eddy::checkpoint();  // until all have come to their wait

    std::string text = eddy::debug::dump_tasks();
    text = std::regex_replace(text, std::regex(" at [^\n]*/"), " at ");  // without folders
    const auto second = text.find("      task 'request 2'");             // the first ten look alike
    std::puts(text.erase(second, text.find("      …") - second).c_str());
    tg.cancel();
  };
  co_await eddy::task_group(body);
}

int main() { eddy::run(main_task()); }
