// SPDX-License-Identifier: MIT
#include "eddy/io/ready_fd.h"

#include <exception>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/core/running.h"
#include "eddy/io/stream_error.h"
#include "eddy/sys/poller.h"

namespace eddy::detail {

ReadyFd::ReadyFd(sys::Fd owned, std::string name)
    : Watch(owned.get(), Input::readiness), owned_(std::move(owned)), name_(std::move(name)) {
  sys::set_nonblocking(owned_.get());
  require_loop(name_.c_str()).poller().attach(*this);
}

void ReadyFd::close() noexcept { release().reset(); }

sys::Fd ReadyFd::release() noexcept {
  if (owned_ && poller) poller->detach(*this);
  if (!readers_.empty() || !writers_.empty()) {
    const auto error = std::make_exception_ptr(ClosedError(name_ + " was closed meanwhile"));
    readers_.end(error);
    writers_.end(error);
  }
  return std::move(owned_);
}

void ReadyFd::want(Direction direction) noexcept {
  direction == Direction::input ? poller->want_input(*this) : poller->want_output(*this);
}

void ReadyFd::check_usable(const char* doing) const {
  if (!owned_) throw ClosedError(std::string(doing) + " " + name_ + ": it is closed");
  if (!running.loop || poller != &running.loop->poller()) {
    throw RuntimeError(std::string(doing) + " " + name_ +
                       ": it belongs to another event loop, or to one that is closed");
  }
}

void ReadyFd::fail(const char* doing, int error) const {
  sys::throw_error((std::string(doing) + " " + name_).c_str(), error);
}

void throw_empty(const char* doing) {
  throw ClosedError(std::string(doing) + " nothing: it was moved from, or never opened");
}

void describe_fd(const char* doing, const ReadyFd& on, OpDescription& to) {
  to.is(doing, on.name());
  to.add("fd " + std::to_string(on.number()));
}

}  // namespace eddy::detail
