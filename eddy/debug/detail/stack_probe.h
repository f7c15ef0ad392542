// SPDX-License-Identifier: MIT
//
// Asks a thread where it is: by a signal, whose handler runs on that thread and walks its stack.
//
// 1. There is one question at a time. The handler answers it only if it runs on the thread of the loop that is asked,
//    within the very dispatch that is meant; any other signal is let pass.
// 2. The room for the answer is never freed, so that a handler that comes late harms nobody.
// 3. The handler allocates nothing, locks nothing, and reads what belongs to its own thread.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include "eddy/base/function_ref.h"
#include "eddy/core/time_point.h"

namespace eddy {

class Loop;

namespace debug::detail {

/// What a blocked thread says of itself.
struct StackAnswer {
  std::string task;                  ///< its name; empty for a callback
  std::source_location from;         ///< the await from which it goes on; line 0 when it started
  std::vector<std::uintptr_t> code;  ///< addresses inside the instructions it is at, innermost first
  std::size_t left_out = 0;          ///< how many are missing behind the first half of these
};

/// The signal that is used: the highest real-time signal that the program left alone, or 0 if there is none. Chosen,
/// and its handler installed, when it is first asked for; it stays installed.
int probe_signal() noexcept;

/// Lets the signal through to the calling thread, which may have been started with all signals blocked.
void let_probes_through() noexcept;

/// Who is asked.
struct StackQuestion {
  const Loop* loop;
  int thread;                    ///< the kernel's number
  eddy::detail::Nanos dispatch;  ///< `DebugMode::began`
};

/// Sends the signal. False if that cannot be done: the thread is gone, or the program has taken the signal.
bool send_probe(const StackQuestion& question) noexcept;
/// Waits for the answer for as long as `go_on` says; false if none came, or the dispatch had ended.
bool await_answer(StackAnswer& answer, FunctionRef<bool()> go_on);

}  // namespace debug::detail
}  // namespace eddy
