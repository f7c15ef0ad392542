// SPDX-License-Identifier: MIT
#include "eddy/debug/watchdog.h"

// Declared, and described, in core: it is how core reaches this room.
extern "C" void eddy_enter_debug_room(eddy::Loop& loop) { eddy::debug::start_watchdog(loop); }
