// SPDX-License-Identifier: MIT
#include "eddy/core/debug_mode.h"
#include "eddy/debug/detail/own_place.h"
#include "eddy/debug/detail/signal_dump.h"
#include "eddy/debug/detail/trace_environment.h"
#include "eddy/debug/watchdog.h"

// Declared, and described, in core: it is how core reaches this room.
extern "C" void eddy_enter_debug_room(eddy::Loop& loop) {
  if (auto* debug = loop.debug_mode()) debug->own_place = eddy::debug::detail::own_place;
  eddy::debug::start_watchdog(loop);
  eddy::debug::detail::dump_on_free_signal();
  eddy::debug::detail::trace_from_environment(loop);
}
