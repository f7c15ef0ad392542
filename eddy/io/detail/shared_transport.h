// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "eddy/io/transport.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/watch.h"

namespace eddy::detail {

/// A descriptor whose open file description belongs to other processes, too, so that O_NONBLOCK is not ours to set.
class SharedTransport final : public Transport, private sys::Watch {
 public:
  /// How an attempt is kept from blocking.
  enum class How : std::uint8_t {
    flagged,  ///< by a flag of each call: sockets
    asked,    ///< poll(2) first. Whoever else reads or writes there just then may still make it block
    direct,   ///< not at all: files and devices that are always ready
  };

  /// Takes over the descriptor, a duplicate. `room`: how much a write may be when poll(2) calls it possible.
  SharedTransport(sys::Fd own, How how, std::size_t room, std::string name, sys::Poller& poller);
  ~SharedTransport() override;

  int read(void* into, std::size_t size) noexcept override;
  int write(std::span<const iovec> pieces) noexcept override;
  int write_eof() noexcept override;
  std::string name() const override { return name_; }
  int fd() const noexcept override { return own_.get(); }
  bool usable_on(const sys::Poller& on) const noexcept override { return how_ == How::direct || poller == &on; }

 private:
  void input_changed() noexcept override { tell_reader(); }
  void output_changed() noexcept override { tell_writer(); }
  bool ready_for(short events) const noexcept;
  int read_once(void* into, std::size_t size) const noexcept;
  int write_once(std::span<const iovec> pieces) const noexcept;

  sys::Fd own_;
  How how_;
  std::size_t room_;
  std::string name_;
};

/// The direction a standard stream has.
enum class Access : bool { reads, writes };

/// A transport for a descriptor that stays its owner's. Throws std::system_error when it is not open. `reopens` false:
/// as where /proc may not be used.
[[nodiscard]] std::unique_ptr<Transport> borrow_descriptor(int fd, Access access, std::string name, sys::Poller& poller,
                                                           bool reopens = true);

}  // namespace eddy::detail
