// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "eddy/io/pipe.h"

namespace eddy {

/// Two pipes as one transport of two directions, so that pipes pass the tests of all streams.
class TwoPipes final : public Transport, private Transport::Observer {
 public:
  TwoPipes(Stream in, Stream out) : in_(in.release_transport()), out_(out.release_transport()) {
    in_->set_observer(this);
    out_->set_observer(this);
  }

  int read(void* into, std::size_t size) noexcept override { return in_->read(into, size); }
  int write(std::span<const iovec> pieces) noexcept override { return out_->write(pieces); }
  int write_eof() noexcept override { return out_->write_eof(); }
  std::string name() const override { return in_->name(); }
  int fd() const noexcept override { return in_->fd(); }
  bool usable_on(const sys::Poller& on) const noexcept override { return in_->usable_on(on) && out_->usable_on(on); }

 private:
  void try_read_again() noexcept override { tell_reader(); }
  void try_write_again() noexcept override { tell_writer(); }

  std::unique_ptr<Transport> in_;
  std::unique_ptr<Transport> out_;
};

inline StreamPair pipe_stream_pair() {
  Pipe there = pipe();
  Pipe back = pipe();
  Stream first(std::make_unique<TwoPipes>(std::move(back.reader), std::move(there.writer)));
  return {std::move(first), Stream(std::make_unique<TwoPipes>(std::move(there.reader), std::move(back.writer)))};
}

}  // namespace eddy
