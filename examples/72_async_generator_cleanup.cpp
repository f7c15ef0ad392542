// A stream whose source must be closed: the generator reads, a `with` around the loop closes, also when it is left
// early. SPDX-License-Identifier: MIT
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

class Source {
 public:
  explicit Source(std::string text) : text_(std::move(text)) {}

  Task<std::optional<std::string>> read_line() {
    co_await eddy::sleep(5ms);
    std::string line;
    if (!std::getline(text_, line)) co_return std::nullopt;
    co_return line;
  }
  Task<> aclose() {
    co_await eddy::sleep(5ms);
    std::cout << "source closed\n";
  }

 private:
  std::istringstream text_;
};

eddy::AsyncGenerator<std::string> stream_lines(Source& source) {
  while (auto line = co_await source.read_line()) {
    line->erase(0, line->find_first_not_of(' '));
    co_yield *line;
  }
}

Task<> async_main() {
  co_await eddy::with(Source("  first\n  second\n  third\n"), [](Source& source) -> Task<> {
    auto lines = stream_lines(source);
    while (auto line = co_await lines.next()) {
      std::cout << *line << '\n';
      if (*line == "second") break;  // an await in a generator's destructor is impossible: hence the `with`
    }
  });
}

int main() { eddy::run(async_main()); }
