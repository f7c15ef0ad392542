// every: a job at a fixed rate, that neither drifts nor overlaps, beside the work it belongs to.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> async_main() {
  // A heartbeat, as long as the body runs: now, and then every 20 ms.
  int beats = 0;
  auto heartbeat = eddy::background(eddy::every(20ms, [&] { ++beats; }));
  co_await eddy::with(std::move(heartbeat), []() -> Task<> { co_await eddy::sleep(90ms); });
  std::cout << (beats >= 2 ? "the heart has beaten" : "no heart") << '\n';

  // A coroutine that may fail, which is noted, and may take too long: the ticks it misses are skipped.
  eddy::Event enough;
  int polls = 0;
  auto poll = [&]() -> Task<> {
    std::cout << "poll " << ++polls << '\n';
    if (polls == 2) throw std::runtime_error("no answer");
    if (polls == 3) co_await eddy::sleep(50ms);
    if (polls == 4) enough.set();
  };
  auto note = [](std::exception_ptr error) { std::cout << eddy::describe(error) << '\n'; };
  auto polling = eddy::every(20ms, poll, eddy::Every().first_after(20ms).on_error(note));
  co_await eddy::race(std::move(polling), enough.wait());
}

int main() { eddy::run(async_main()); }
