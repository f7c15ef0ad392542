// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdio>

#include "eddy/eddy.h"

using namespace std::chrono_literals;

eddy::Task<const char*> hello() {
  co_await eddy::sleep(1ms);
  co_return "hello from an installed eddy";
}

// Debug mode's own room, which core reaches by a weak symbol only: whoever links eddy must have got it.
extern "C" [[gnu::weak]] void eddy_enter_debug_room(eddy::Loop& loop);

int main() {
  if (!eddy_enter_debug_room) return 1;
  std::puts(eddy::run(hello()));
}
