// race and first_success: ask several mirrors, take the first answer; the others are cancelled and awaited.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> mirror(std::string name, std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  co_return "answer of " + name;
}

Task<std::string> broken_mirror() {
  co_await eddy::sleep(20ms);
  throw std::runtime_error("mirror is down");
}

Task<> async_main() {
  std::string first = co_await eddy::race(mirror("berlin", 30ms), mirror("tokyo", 1h));
  std::cout << "race: " << first << '\n';

  // The first to end wins, also with an error.
  try {
    co_await eddy::race(broken_mirror(), mirror("berlin", 60ms));
  } catch (const std::runtime_error& error) {
    std::cout << "race: " << error.what() << '\n';
  }

  // Here errors lose too.
  std::string good = co_await eddy::first_success(broken_mirror(), mirror("berlin", 60ms));
  std::cout << "first_success: " << good << '\n';
}

int main() { eddy::run(async_main()); }
