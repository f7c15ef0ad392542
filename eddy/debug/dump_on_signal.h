// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <string>

#include "eddy/base/unique_function.h"

namespace eddy::debug {

/// From now on the signal prints the tasks of all loops of the process, as `dump_tasks` does: for a program that hangs.
/// Python's faulthandler.register.
///
///     eddy::debug::dump_on_signal();  // then: kill -USR1 PID
///
/// To stderr, or added to a file, or whatever `write` does with it: on a thread of its own, one call at a time (what it
/// throws is printed). Debug mode does this for SIGUSR1 by itself. Each loop prints when it next turns; one that does
/// not within 100 ms is named, since it is blocked or nobody runs it, and prints when it does turn. The program's own
/// handlers win: one that it sets later, for the process or with `Loop::add_signal_handler`, gets the signal; where
/// there is one already, this throws RuntimeError (debug mode leaves it alone). Process-wide; any thread; called again
/// for a signal it changes where the text goes. A forked child that does not exec has no such thread: its signals print
/// nothing.
void dump_on_signal(int signo = SIGUSR1);
void dump_on_signal(int signo, std::string path);
void dump_on_signal(int signo, UniqueFunction<void(const std::string&)> write);

/// The signal has its default effect again; a dump that has begun still comes. False when it did not dump.
bool stop_dump_on_signal(int signo = SIGUSR1);

}  // namespace eddy::debug
