// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/base/unique_function.h"
#include "eddy/core/loop.h"

namespace eddy::debug {

/// What the watchdog calls: `kind` is ErrorKind::blocked, the message has a line that says who has been running for how
/// long, and where, and below it a line for each function on the stack of the thread.
using BlockedHandler = UniqueFunction<void(const ErrorContext&)>;

/// Where the watchdog's reports of this loop go, instead of to stderr; an empty handler restores that.
///
/// The loop's thread sets it. It is called on the watchdog's thread, while that of the loop is blocked, so it must not
/// wait for the loop, nor touch what belongs to it; never after the loop has closed, or after another one was set,
/// either of which waits for it. It is told once of each dispatch that lasts too long; the loop's own exception handler
/// is told when that has ended, with ErrorKind::slow_callback. When it throws, that and the report are printed.
void set_blocked_handler(Loop& loop, BlockedHandler handler);

/// Has a loop in debug mode watched, from now until it closes: one thread of the process looks whether a dispatch lasts
/// longer than `slow_callback`. Debug mode does this by itself. Nothing for loops on a virtual clock.
///
/// To learn where the loop's thread is, it is sent the highest real-time signal that the program does not use when this
/// is first called; a handler that the program sets for it later stays, and reports go without a stack. The signal
/// interrupts what blocks: `read`, locks and the like go on by themselves, and `std::this_thread::sleep_for` sleeps its
/// time; `poll`, `select` and `nanosleep` fail with EINTR, as they may at any signal, once for each report.
void start_watchdog(Loop& loop);

}  // namespace eddy::debug
