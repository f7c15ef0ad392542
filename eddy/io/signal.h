// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>

#include "eddy/core/task.h"
#include "eddy/io/detail/signal_next.h"

namespace eddy {

/// Signals of the process, as values over time. trio's open_signal_receiver, tokio's signal.
///
///     Signals signals(SIGHUP, SIGTERM);
///     for (;;) {
///       const int signo = co_await signals.next();
///       if (signo == SIGTERM) break;
///       reload();
///     }
///
/// From its making to its end every signal that arrives is kept until `next()` gives it, so none is lost in between;
/// the same one arriving again before that counts once, as the kernel has it. Several receivers of a signal all get
/// it; several tasks in one receiver's `next()` take turns. Meanwhile the signal does nothing else: Ctrl-C does not
/// cancel the main task, SIGTERM does not end the process, handlers of `Loop::add_signal_handler` are not called. When
/// the last receiver goes all of that is as before, and a signal that nobody took is sent again, to have its effect.
///
/// Ownership: movable; destroying it ends the waits with ClosedError. Thread: the loop's it was made on; a signal
/// belongs to one loop of the process at a time. Throws std::system_error for SIGKILL and SIGSTOP.
class [[nodiscard]] Signals {
 public:
  template <std::same_as<int>... Numbers>
    requires(sizeof...(Numbers) > 0)
  explicit Signals(Numbers... numbers) : Signals(std::initializer_list<int>{numbers...}) {}
  explicit Signals(std::initializer_list<int> numbers);
  Signals(Signals&& other) noexcept;
  Signals& operator=(Signals&& other) noexcept;
  ~Signals();

  /// The next signal's number; of several, the lowest. Cancelled, it takes none.
  [[nodiscard]] detail::SignalNext next() noexcept { return detail::SignalNext(receiver_.get()); }

 private:
  std::unique_ptr<detail::SignalReceiver> receiver_;
};

/// `co_await signal_received(SIGTERM)`, or of several: waits for one, and gives its number. What arrives before or
/// after is as it always was: for a series make a `Signals`.
template <std::same_as<int>... Numbers>
  requires(sizeof...(Numbers) > 0)
Task<int> signal_received(Numbers... numbers) {
  Signals signals(numbers...);
  co_return co_await signals.next();
}

}  // namespace eddy
