// Bars inside of bars, and lines of text beside them: progress_print keeps them apart.
// SPDX-License-Identifier: MIT
#include <functional>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Progress;
using eddy::Task;

Task<> download(std::string name, int blocks, Progress& all) {
  // Gone when it is done, so that only the outer one stays.
  Progress bar(name, blocks * 1024, eddy::ProgressOptions{}.unit("B", eddy::ProgressScale::kBinary).leave(false));
  for (int block = 0; block < blocks; ++block) {
    co_await eddy::sleep(3ms);
    bar.advance(1024);
  }
  all.advance();
  eddy::progress_print(name + " is here");  // on stdout; what is printed past it would end up in a bar
}

Task<> async_main() {
  Progress all("files", 3);
  co_await eddy::task_group([&](eddy::TaskGroup& tg) {
    tg.create_task(download, "small.txt", 10, std::ref(all));
    tg.create_task(download, "medium.tar", 40, std::ref(all));
    tg.create_task(download, "large.iso", 80, std::ref(all));
  });
}

int main() { eddy::run(async_main()); }
