// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "eddy/sys/clock.h"
#include "eddy/sys/operation.h"
#include "eddy/sys/watch.h"

namespace eddy::sys {

/// The seam between a loop and the kernel: one thread's pending operations, and a place to sleep.
///
/// Thread: construct it anywhere; the last submit or wait says which thread it belongs to (another one may take it over
/// once the first has let go of it; what is pending is started again there). Every
/// member but wake() and name() belongs to that thread, the destructor too while operations are pending.
/// Errors of an operation (a bad descriptor, say) are its result; the members throw only what no operation can carry.
/// Neighbours: awaitables in `io` and `net` are what programs use; the test kit's simulated poller is a third backend.
class Poller {
 public:
  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Cancels what is pending and runs every complete() before it returns.
  virtual ~Poller();

  /// "uring" or "epoll".
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// Starts `operation`; never calls complete() itself. Readiness is one-shot. Several operations on one descriptor,
  /// for the same or the other direction, are independent of each other.
  virtual void submit(Operation& operation) = 0;

  /// Asks a pending operation to end early. Returns at once; complete() comes later, from wait, with -ECANCELED or with
  /// the real result if that came first. Cancelling twice, or an operation that is not pending, does nothing.
  virtual void cancel(Operation& operation) noexcept = 0;

  /// Whether submit takes operations of this kind. Readiness always; the kinds that move bytes of files only where the
  /// kernel does it without blocking the thread.
  [[nodiscard]] virtual bool performs(OpKind kind) const noexcept = 0;

  /// Looks after `watch` until detach. Throws std::system_error when the kernel refuses the descriptor (epoll refuses
  /// regular files: EPERM).
  virtual void attach(Watch& watch) = 0;

  /// Forgets `watch`: it is not called any more, and may die. What the kernel had brought for it is dropped.
  virtual void detach(Watch& watch) noexcept = 0;

  /// Bytes of a `Watch::Input::bytes`, up to `size` > 0 of them, without blocking: how many, 0 at the end of the
  /// stream, -EAGAIN (input_changed will be called), or another -errno.
  [[nodiscard]] virtual int receive(Watch& watch, void* into, std::size_t size) noexcept = 0;

  /// A connection of a `Watch::Input::connections` (or `_on_demand`), without blocking: a close-on-exec descriptor that
  /// the caller owns, -EAGAIN (input_changed will be called), or another -errno.
  [[nodiscard]] virtual int accept(Watch& watch) noexcept = 0;

  /// After an attempt of the owner's own said EAGAIN: input_changed (output_changed) is called once it may succeed.
  virtual void want_input(Watch& watch) noexcept = 0;
  virtual void want_output(Watch& watch) noexcept = 0;

  /// The loop stops running for now: takes back from the kernel what another thread could not take over (bytes that are
  /// on their way into memory of ours or of an operation's). Waits for a file operation that has begun already.
  virtual void rest() {}

  /// Runs complete() of what has ended, at most `completions_max` of them; sleeps first if there is none.
  /// `timeout`: 0 = do not sleep, < 0 = no limit. A timeout never ends early; a completion, wake() or a signal handler
  /// ends the sleep, and now and then nothing does (spurious: a late bell, EINTR from a ring that the kernel is
  /// closing): look at the clock, not at the return. wait(0) with nothing pending and no wake is a few loads, no system
  /// call.
  virtual void wait(Nanos timeout) = 0;

  /// Makes the wait under way, or the next one, return without sleeping. Many wakes before one wait count as one.
  /// Whatever the caller wrote before wake() is visible to the loop after that wait.
  /// The only member for other threads and signal handlers: async-signal-safe, keeps errno, and costs one atomic
  /// exchange unless the loop really sleeps. The caller sees to it that the poller is alive.
  virtual void wake() noexcept = 0;

  /// A descriptor that somebody else may sleep on in the place of `wait` (in an epoll of his own, say), whenever
  /// `prepare_to_sleep` has just said yes: it is readable once `wait(0)` has something to do. Not to be read.
  [[nodiscard]] virtual int fd() = 0;

  /// Hands everything submitted to the kernel, and lets `wake` make `fd()` readable. False: nobody may sleep now, call
  /// `wait(0)` first. The next wait undoes it.
  [[nodiscard]] virtual bool prepare_to_sleep() = 0;

  /// Operations submitted and not completed, and calls of watches that are still to come.
  [[nodiscard]] virtual std::size_t pending() const noexcept = 0;

  /// The fairness bound of one wait.
  static constexpr unsigned completions_max = 256;
};

/// Which implementation make_poller builds.
enum class Backend : std::uint8_t {
  automatic,  ///< io_uring if the kernel allows it, else epoll, silently: containers commonly block io_uring
  uring,      ///< io_uring or an error that says why not
  epoll,
};

/// What EDDY_BACKEND says: "uring", "epoll", "automatic"; unset or empty is automatic.
/// Throws std::invalid_argument, listing the allowed values, for anything else.
[[nodiscard]] Backend backend_from_environment();

/// A new poller. Throws std::system_error if the kernel refuses: `uring` where it is blocked, or no descriptors left.
[[nodiscard]] std::unique_ptr<Poller> make_poller(Backend backend = backend_from_environment());

}  // namespace eddy::sys
