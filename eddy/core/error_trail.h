// SPDX-License-Identifier: MIT
//
// The way an error has come: noted as it passes coroutines and tasks, for tracebacks. Costs nothing but where an error
// is thrown anyway.
#pragma once

#include <cstddef>
#include <exception>
#include <source_location>
#include <string>
#include <vector>

namespace eddy::detail {

class TaskBase;

/// A coroutine that was last seen at `where` has ended in `error`, the exception that is being handled.
void note_coroutine(const std::exception_ptr& error, const std::source_location& where) noexcept;
/// A task has, likewise.
void note_task(const std::exception_ptr& error, const TaskBase& task) noexcept;

/// A coroutine, or with a name the task that it was the body of.
struct TrailStep {
  std::source_location where;
  std::string task;
};

/// Innermost first. Of very long ones the middle is left out.
struct Trail {
  std::vector<TrailStep> steps;
  std::size_t hidden = 0;     ///< how many are left out …
  std::size_t hidden_at = 0;  ///< … and before which step
};

/// Of the exception that lies there; empty when it passed nothing. Any thread.
Trail trail_of(const void* error);

const void* address_of_error(const std::exception_ptr& error) noexcept;

}  // namespace eddy::detail
