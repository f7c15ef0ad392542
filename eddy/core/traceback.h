// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

namespace eddy {

/// The way an error has come, as text: each `co_await` that it passed, with function, file and line, below the task it
/// belonged to, outermost first; then the error itself. An ExceptionGroup is printed as a tree.
///
///     catch (const std::exception& error) { std::puts(eddy::traceback(error).c_str()); }
///
/// Always on: what is needed is noted while the error is thrown, and goes with it. The innermost line says where the
/// coroutine that threw had last waited, or began. An error that passed no coroutine is its own text alone. Any thread.
/// What the default exception handler prints ends in this, too.
std::string traceback(const std::exception_ptr& error);
/// Of an exception that was caught by reference, not of a copy.
std::string traceback(const std::exception& error);

namespace detail {

/// The lines of the way alone, each with an indent and a line end; empty when there are none.
std::string trail_lines(const std::exception_ptr& error);

}  // namespace detail
}  // namespace eddy
