// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <sys/uio.h>

namespace eddy {

namespace sys {
class Poller;
}

/// Advanced: what a `Stream` stands on: a socket, a pipe, a TLS session over another transport, memory.
///
/// A transport only ever tries. `read` and `write` return at once; -EAGAIN means that the observer is told when to try
/// again. So nothing of a caller's lies in the kernel while it waits, and whoever waits can be cancelled at any moment.
///
/// Ownership: its stream's. Thread: the loop's. Destroying it closes it hard.
class Transport {
 public:
  /// Whoever tried and was told -EAGAIN. May be told too early.
  class Observer {
   public:
    virtual void try_read_again() noexcept = 0;
    virtual void try_write_again() noexcept = 0;

   protected:
    ~Observer() = default;
  };

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Up to `size` > 0 bytes: how many, 0 at the end of the stream, -EAGAIN, or another -errno.
  virtual int read(void* into, std::size_t size) noexcept = 0;

  /// What it takes of the pieces, which are not empty together: how many bytes, -EAGAIN, or another -errno.
  virtual int write(std::span<const iovec> pieces) noexcept = 0;

  /// Hands over what `write` took and keeps itself, which a socket never does and TLS does: 0, -EAGAIN, or another
  /// -errno. A write has ended only then.
  virtual int flush() noexcept { return 0; }

  /// Tells the peer that no more bytes come: 0, -EAGAIN, or another -errno.
  virtual int write_eof() noexcept = 0;

  /// Says goodbye where the protocol has a word for it: 0, -EAGAIN, or another -errno, which nobody can do much about.
  virtual int goodbye() noexcept { return 0; }

  /// Throws what `error` of an attempt means; `doing` is "read from" or "write to".
  [[noreturn]] virtual void fail(const char* doing, int error) const;

  /// Who is at the other end, for messages.
  [[nodiscard]] virtual std::string name() const = 0;

  /// Its descriptor, or -1. Not to be read, written or closed.
  [[nodiscard]] virtual int fd() const noexcept { return -1; }

  /// False once its loop is closed: no attempt will succeed any more.
  [[nodiscard]] virtual bool usable_on(const sys::Poller& poller) const noexcept = 0;

  void set_observer(Observer* observer) noexcept { observer_ = observer; }

 protected:
  void tell_reader() noexcept {
    if (observer_) observer_->try_read_again();
  }
  void tell_writer() noexcept {
    if (observer_) observer_->try_write_again();
  }

 private:
  Observer* observer_ = nullptr;
};

}  // namespace eddy
