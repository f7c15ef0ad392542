// SPDX-License-Identifier: MIT
#pragma once

namespace eddy {
class Loop;
}

/// What debug mode adds to a loop that core cannot know of: the watchdog, and the tree of tasks on a signal.
///
/// Called once for each loop: when it first runs in debug mode, or is put into debug mode while it runs. On its thread.
/// Defined in the room `debug`, which may include core, not the other way round; so the symbol is weak, and null in a
/// program that was linked without that room.
extern "C" [[gnu::weak]] void eddy_enter_debug_room(eddy::Loop& loop);
