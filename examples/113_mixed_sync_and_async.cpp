// Synchronous and asynchronous steps in one program: await what waits, to_thread for what blocks, a pool for what
// computes; the loop goes on ticking.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> download() {  // waits: a coroutine
  co_await eddy::sleep(20ms);
  co_return "some words of text";
}

int store(const std::string& text) {  // a blocking library
  std::this_thread::sleep_for(50ms);
  return static_cast<int>(text.size());
}

int count_words(const std::string& text) {  // computes
  int words = 1;
  for (char c : text) words += c == ' ';
  return words;
}

Task<> tick(int& ticks) {
  for (;; ++ticks) co_await eddy::sleep(5ms);
}

Task<> async_main() {
  eddy::ThreadPool pool{2};
  int ticks = 0;
  co_await eddy::with(eddy::background(tick(ticks)), [&]() -> Task<> {
    std::string text = co_await download();
    auto [bytes, words] = co_await eddy::gather(eddy::to_thread(store, text), pool.run(count_words, text));
    std::cout << bytes << " bytes stored, " << words << " words\n";
  });
  std::cout << (ticks >= 3 ? "the loop went on meanwhile" : "the loop was blocked") << '\n';
}

int main() { eddy::run(async_main()); }
