// tg.start: start a service, and go on only once it says that it is ready.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> serve(eddy::Started<int> ready, int port) {
  co_await eddy::sleep(20ms);  // bind and listen
  if (port == 0) port = 8080;  // the system chose one
  co_await ready(port);
  co_await eddy::sleep(1h);  // serve, until the group is cancelled
}

Task<> async_main() {
  co_await eddy::task_group([](eddy::TaskGroup& tg) -> Task<> {
    int port = co_await tg.start(serve, 0);
    std::cout << "listening on port " << port << '\n';
    tg.cancel();  // otherwise the group would wait for the server
  });
  std::cout << "server stopped\n";
}

int main() { eddy::run(async_main()); }
