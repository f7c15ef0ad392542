// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eddy/io/transport.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/watch.h"

namespace eddy::detail {

/// One end of a pipe, or another non-blocking descriptor of its own that is read and written as one: a FIFO, a
/// terminal. The end of what is written is the end of the descriptor: `write_eof` closes it.
class PipeTransport final : public Transport, private sys::Watch {
 public:
  /// Takes the descriptor over and makes it non-blocking; throws when the poller refuses it.
  PipeTransport(sys::Fd pipe, std::string name, sys::Poller& poller);
  ~PipeTransport() override;

  int read(void* into, std::size_t size) noexcept override;
  int write(std::span<const iovec> pieces) noexcept override;
  int write_eof() noexcept override;
  [[noreturn]] void fail(const char* doing, int error) const override;
  std::string name() const override { return name_; }
  int fd() const noexcept override { return pipe_.get(); }
  bool usable_on(const sys::Poller& on) const noexcept override { return poller == &on || !pipe_; }

 private:
  void input_changed() noexcept override { tell_reader(); }
  void output_changed() noexcept override { tell_writer(); }

  sys::Fd pipe_;  ///< empty after write_eof
  std::string name_;
};

}  // namespace eddy::detail
