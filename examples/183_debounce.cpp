// Debounced: many calls, one effect, after a while without any.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

class Settings {
 public:
  void set(std::string text) {
    text_ = std::move(text);
    save_();  // never waits
  }
  Task<> aclose() { co_await save_.flush(); }  // what is not written yet is written now

 private:
  Task<> write() {
    co_await eddy::sleep(5ms);
    std::cout << "written: " << text_ << '\n';
  }

  std::string text_;
  eddy::Debounced save_{100ms, [this] { return write(); }};
};

Task<> async_main() {
  Settings settings;
  co_await eddy::with(settings, [&]() -> Task<> {
    for (char letter : std::string("hello")) {
      settings.set(std::string("so far ") + letter);
      co_await eddy::sleep(5ms);
    }
    co_await eddy::sleep(200ms);
    settings.set("the last word");
  });
}

int main() { eddy::run(async_main()); }
