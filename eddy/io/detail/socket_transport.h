// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eddy/io/transport.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/watch.h"

namespace eddy::detail {

/// A connected stream socket.
class SocketTransport final : public Transport, private sys::Watch {
 public:
  /// Takes the descriptor over; throws when the poller refuses it.
  SocketTransport(sys::Fd socket, std::string name, sys::Poller& poller);
  ~SocketTransport() override;

  int read(void* into, std::size_t size) noexcept override;
  int write(std::span<const iovec> pieces) noexcept override;
  int write_eof() noexcept override;
  std::string name() const override { return name_; }
  int fd() const noexcept override { return socket_.get(); }
  bool usable_on(const sys::Poller& on) const noexcept override { return poller == &on; }

 private:
  void input_changed() noexcept override { tell_reader(); }
  void output_changed() noexcept override { tell_writer(); }

  sys::Fd socket_;
  std::string name_;
};

}  // namespace eddy::detail
