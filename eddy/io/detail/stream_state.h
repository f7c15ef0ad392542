// SPDX-License-Identifier: MIT
//
// 1. One reader at a time; writers stand in line, each writes all its bytes before the next begins.
// 2. `buffer` holds what came before whatever the transport still has.
// 3. Once `transport` is null everything ends with ClosedError.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "eddy/io/buffer.h"
#include "eddy/io/transport.h"
#include "eddy/io/turn_line.h"

namespace eddy::detail {

/// What a Stream and the operations on it share; stays put while the Stream moves.
class StreamState final : private Transport::Observer {
 public:
  explicit StreamState(std::unique_ptr<Transport> on);
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;
  ~StreamState() { close(); }

  /// Like Transport::read, into `scratch()`; throws on errors.
  int receive();
  /// Appends to `buffer` what can be had without waiting: true if there was something, or the end. Throws on errors.
  bool fill();
  /// Like Transport::read; the buffer first. -EAGAIN or >= 0; throws on errors.
  int read(void* into, std::size_t size);
  /// Ends whoever waits with ClosedError.
  void close() noexcept;
  void check_usable(const char* doing) const;

  std::unique_ptr<Transport> transport;
  Buffer buffer;
  std::size_t limit = 64 * 1024;
  TryOp* reader = nullptr;
  TurnLine writers;
  std::string name;    ///< once closed
  bool ended = false;  ///< the transport has said that no more bytes come

 private:
  int receive(void* into, std::size_t size);
  void try_read_again() noexcept override;
  void try_write_again() noexcept override;
};

}  // namespace eddy::detail
