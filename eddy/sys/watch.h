// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eddy::sys {

class Poller;

/// A descriptor that a poller looks after from `Poller::attach` to `Poller::detach`: sockets, pipes, listeners. An
/// `Operation` asks the kernel once; a watched descriptor is armed once, and each further read costs no system call
/// that waits.
///
/// The owner tries, without ever blocking (`Poller::receive`, `Poller::accept`, or a system call of its own); when the
/// answer is -EAGAIN it is called once more progress is possible. Nothing of the owner's lies in the kernel meanwhile:
/// whoever waits may stop waiting at any moment and no byte or connection is lost.
///
/// Ownership: the owner's, pinned while attached. The descriptor may be closed right after `detach`. A poller that dies
/// first detaches it.
/// Thread: the loop's.
class Watch {
 public:
  /// What the kernel should bring on its own, where it can.
  enum class Input : std::uint8_t {
    readiness,    ///< nothing: the owner reads by itself and then calls `Poller::want_input`. Must be non-blocking
    bytes,        ///< what arrives at a stream socket: `Poller::receive`
    connections,  ///< what arrives at a listening socket that nobody else accepts from: `Poller::accept`
    /// The same, and nothing is accepted before somebody asks: where others accept too, or not all are wanted.
    connections_on_demand,
  };

  Watch(int which, Input what) noexcept : fd(which), input(what) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Called from Poller::wait after an attempt at input said -EAGAIN: try again. May be early. Must not call wait; may
  /// detach this watch.
  virtual void input_changed() noexcept = 0;
  /// The same for output, after `Poller::want_output`.
  virtual void output_changed() noexcept = 0;

  const int fd;
  const Input input;
  Poller* poller = nullptr;  ///< the one it is attached to

  /// Room for the poller; nobody else looks.
  struct Link {
    void* slot = nullptr;
    std::uint8_t ready = 0;
    bool input_wanted = false;
    bool output_wanted = false;
  };
  Link link;

 protected:
  ~Watch() = default;
};

}  // namespace eddy::sys
