// SPDX-License-Identifier: MIT
//
// Over the real poller, at its worst: operations reach the kernel late, reads give a part of what is there or nothing
// although there is something, accepts too. Nothing is lost and nothing fails that would not fail anyway: code that is
// right with the real poller is right with this one.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "eddy/base/owned.h"
#include "eddy/base/random.h"
#include "eddy/sys/poller.h"

namespace eddy::test {

/// A poller that hesitates, in an order drawn from a seed. Tests get it from `Options::io_faults` or
/// EDDY_TEST_IO_FAULTS.
class FaultyPoller final : public sys::Poller {
 public:
  FaultyPoller(Owned<sys::Poller> real, std::uint64_t seed) : real_(std::move(real)), random_(seed) {}
  ~FaultyPoller() override;

  std::string_view name() const noexcept override { return real_->name(); }
  void submit(sys::Operation& operation) override;
  void cancel(sys::Operation& operation) noexcept override;
  bool performs(sys::OpKind kind) const noexcept override { return real_->performs(kind); }
  void attach(sys::Watch& watch) override;
  void detach(sys::Watch& watch) noexcept override;
  int receive(sys::Watch& watch, void* into, std::size_t size) noexcept override;
  int accept(sys::Watch& watch) noexcept override;
  void want_input(sys::Watch& watch) noexcept override { real_->want_input(watch); }
  void want_output(sys::Watch& watch) noexcept override { real_->want_output(watch); }
  void rest() override { real_->rest(); }
  void wait(sys::Nanos timeout) override;
  void wake() noexcept override { real_->wake(); }
  int fd() override { return real_->fd(); }
  bool prepare_to_sleep() override;
  std::size_t pending() const noexcept override { return real_->pending() + held_.size() + stalled_.size(); }

 private:
  bool hesitates() noexcept { return random_.below(3) == 0; }
  void stall(sys::Watch& watch);
  void let_go();
  void end_cancelled();

  Owned<sys::Poller> real_;
  Random random_;
  std::vector<sys::Operation*> held_;       // submitted, and not handed on yet
  std::vector<sys::Operation*> cancelled_;  // before they were handed on
  std::vector<sys::Watch*> stalled_;        // told -EAGAIN for no reason
  std::vector<sys::Watch*> watches_;
};

}  // namespace eddy::test
