// SPDX-License-Identifier: MIT
//
//            arm            SQE              CQE, last of its shot
//   idle ─────────▶ queued ─────▶ in_kernel ─────────────────────▶ idle
//                                  │ stop                            ▲
//                                  ▼              SQE                │ CQE
//                             stop_queued ─────────────▶ stopping ───┘        the state of each direction
#pragma once

#include <cstdint>
#include <vector>

#include "eddy/sys/detail/receive_buffers.h"
#include "eddy/sys/watch.h"

namespace eddy::sys::detail {

/// What a ring keeps of a watched descriptor. Lives until the kernel has let go of it, which is after its watch has.
struct UringSlot {
  enum State : std::uint8_t { idle, queued, in_kernel, stop_queued, stopping };

  explicit UringSlot(Watch& of) noexcept : watch(&of), fd(of.fd), input_kind(of.input) {}

  /// A stream reader that lags this far behind stops the kernel from receiving more for it.
  static constexpr std::size_t received_max = 64 * 1024;
  static constexpr std::size_t accepted_max = 64;

  /// So many small reads in a row, and a bulk reader's socket brings messages again.
  static constexpr unsigned small_reads_max = 16;
  /// So many tellings in a row that nobody waited for, and a poll is stopped: its reader has other things to do.
  static constexpr unsigned unheard_max = 16;

  [[nodiscard]] bool full() const noexcept {
    return received.size() >= received_max || accepted.size() >= accepted_max;
  }
  [[nodiscard]] bool in_use() const noexcept { return input != idle || output != idle; }

  Watch* watch;  ///< null once detached
  int fd;
  Watch::Input input_kind;
  State input = idle;
  State output = idle;
  bool peer_has_ended = false;  ///< a wait for room has been answered by that
  bool bulk = false;            ///< more comes at once than a buffer holds: its reader takes it from the socket itself
  bool polls = false;           ///< what is armed for input receives nothing: it only tells a bulk reader to try
  unsigned unheard = 0;         ///< completions in a row that nobody waited for
  unsigned small_reads = 0;     ///< in a row, as a bulk reader
  int end = 1;  ///< what receive or accept says once everything before it was taken: <= 0; 1 = nothing has ended
  Received received;
  std::vector<int> accepted;
  unsigned last_sqe = 0;  ///< which place in the submission ring its latest request took

  UringSlot* ring_next_slot = nullptr;
  UringSlot* ring_prev_slot = nullptr;
  UringSlot* ring_next() const noexcept { return ring_next_slot; }
  UringSlot* ring_prev() const noexcept { return ring_prev_slot; }
  void set_ring_next(UringSlot* slot) noexcept { ring_next_slot = slot; }
  void set_ring_prev(UringSlot* slot) noexcept { ring_prev_slot = slot; }
};

}  // namespace eddy::sys::detail
