// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdio>

#include "eddy/eddy.h"

using namespace std::chrono_literals;

eddy::Task<const char*> hello() {
  co_await eddy::sleep(1ms);
  co_return "hello from an installed eddy";
}

int main() { std::puts(eddy::run(hello())); }
