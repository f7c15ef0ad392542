// Lines from stdin, numbered, to stdout: a filter for the shell, that could serve clients meanwhile.
// SPDX-License-Identifier: MIT
#include <string>

#include "eddy/eddy.h"

using eddy::Task;

Task<> main_task() {
  eddy::Stream in = eddy::stdin_stream();  // a terminal, a pipe, a file, /dev/null
  eddy::Stream out = eddy::stdout_stream();
  auto lines = in.lines();
  int number = 0;
  while (auto line = co_await lines.next()) {
    const std::string text = std::to_string(++number) + ": " + *line + "\n";
    co_await out.write(text);
  }
  const std::string end = std::to_string(number) + " lines\n";
  co_await out.write(end);
}

int main() { eddy::run(main_task()); }
