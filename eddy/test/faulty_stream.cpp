// SPDX-License-Identifier: MIT
#include "eddy/test/faulty_stream.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "eddy/base/random.h"
#include "eddy/core/call_handle.h"
#include "eddy/core/loop.h"

namespace eddy::test {

/// Over another transport; lies about how far that got.
class FaultyTransport final : public Transport, private Transport::Observer {
 public:
  FaultyTransport(std::unique_ptr<Transport> inner, Faults faults)
      : inner_(std::move(inner)), faults_(faults), random_(faults.seed_) {
    inner_->set_observer(this);
  }
  ~FaultyTransport() override {
    read_again_.cancel();
    write_again_.cancel();
  }

  int read(void* into, std::size_t size) noexcept override {
    if (faults_.read_bytes_ == 0) return -faults_.read_error_;
    if (stalls()) {
      read_again_.cancel();
      read_again_ = get_running_loop().call_soon([this] { tell_reader(); });
      return -EAGAIN;
    }
    const int got = inner_->read(into, part_of(std::min(size, faults_.read_bytes_)));
    if (got > 0) count(faults_.read_bytes_, got);
    return got;
  }

  int write(std::span<const iovec> pieces) noexcept override {
    if (faults_.write_bytes_ == 0) return -faults_.write_error_;
    if (stalls()) {
      write_again_.cancel();
      write_again_ = get_running_loop().call_soon([this] { tell_writer(); });
      return -EAGAIN;
    }
    const iovec& first = *std::find_if(pieces.begin(), pieces.end(), [](const iovec& p) { return p.iov_len != 0; });
    const iovec some{first.iov_base, part_of(std::min(first.iov_len, faults_.write_bytes_))};
    const int wrote = inner_->write(std::span(&some, 1));
    if (wrote > 0) count(faults_.write_bytes_, wrote);
    return wrote;
  }

  int flush() noexcept override { return inner_->flush(); }
  int write_eof() noexcept override { return inner_->write_eof(); }
  int goodbye() noexcept override { return inner_->goodbye(); }
  std::string name() const override { return "a faulty stream over " + inner_->name(); }
  int fd() const noexcept override { return inner_->fd(); }
  bool usable_on(const sys::Poller& poller) const noexcept override { return inner_->usable_on(poller); }

 private:
  void try_read_again() noexcept override { tell_reader(); }
  void try_write_again() noexcept override { tell_writer(); }

  bool stalls() noexcept { return faults_.stalls_ && random_.below(3) == 0; }
  std::size_t part_of(std::size_t size) noexcept { return faults_.fragments_ ? 1 + random_.below(size) : size; }
  static void count(std::size_t& left, int bytes) noexcept {
    if (left != Faults::kNever) left -= static_cast<std::size_t>(bytes);
  }

  std::unique_ptr<Transport> inner_;
  Faults faults_;
  Random random_;
  CallHandle read_again_;
  CallHandle write_again_;
};

Stream faulty_stream(Stream stream, Faults faults) {
  return Stream(std::make_unique<FaultyTransport>(stream.release_transport(), faults));
}

}  // namespace eddy::test
