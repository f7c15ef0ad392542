// The except* idiom: a failed group throws an ExceptionGroup; each handler takes the errors of its type.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct ValueError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct IOError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Task<> parse(std::string text) {
  co_await eddy::sleep(20ms);
  throw ValueError("not a number: " + text);
}

Task<> write_and_fail() {
  co_await eddy::sleep(50ms);
  throw IOError("disk full");
}

// Shielded, so that the failure of its sibling does not interrupt it: then it fails as well.
Task<> save() { co_await eddy::shield(write_and_fail()); }

Task<> async_main() {
  try {
    co_await eddy::task_group([](eddy::TaskGroup& tg) {
      tg.create_task(parse("12x"));
      tg.create_task(save());
    });
  } catch (eddy::ExceptionGroup& group) {
    group.handle<ValueError>([](const ValueError& error) { std::cout << "value error: " << error.what() << '\n'; })
        .handle<IOError>([](const IOError& error) { std::cout << "i/o error: " << error.what() << '\n'; })
        .rethrow_unhandled();  // nothing is left here
  }

  try {
    co_await eddy::task_group([](eddy::TaskGroup& tg) { tg.create_task(parse("1,5")); });
  } catch (const eddy::ExceptionGroup& group) {
    std::cout << "a group also for one error: " << group.exceptions().size() << '\n';
  }
}

int main() { eddy::run(async_main()); }
