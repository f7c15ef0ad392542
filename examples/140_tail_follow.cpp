// tail -f: what somebody appends to a log is printed as it comes, as soon as a line is whole.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using eddy::Task;
using namespace std::chrono_literals;

Task<> follow(eddy::Started<> started, std::string path) {
  eddy::FileWatcher watcher = co_await eddy::watch_directory(path);  // before the first read: nothing is missed
  eddy::File log = co_await eddy::open_file(path);
  co_await started();
  std::string line;
  for (;;) {
    std::string more = co_await log.read_line();
    line += more;
    if (more.empty()) {
      co_await watcher.next();
    } else if (line.back() == '\n') {
      std::cout << "log: " << line;
      if (line == "bye\n") co_return;
      line.clear();
    }
  }
}

Task<> write_log(const std::string& path) {
  eddy::File log = co_await eddy::open_file(path, "a");
  for (const char* part : {"second\n", "thi", "rd\nfou", "rth\n", "bye\n"}) {
    co_await log.write(part);
    co_await eddy::sleep(2ms);
  }
}

Task<> main_task(eddy::TemporaryDirectory& directory) {
  const std::string path = directory / "app.log";
  co_await eddy::write_text(path, "first\n");
  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    co_await tg.start(follow, path);
    co_await write_log(path);
  });
  std::cout << "followed\n";
}

int main() { eddy::run(eddy::with(eddy::make_temporary_directory(), main_task)); }
