// SPDX-License-Identifier: MIT
#include "eddy/flow/service.h"

#include <bit>
#include <csignal>

#include "eddy/core/loop.h"
#include "eddy/sys/signals.h"

namespace eddy {
namespace {

static_assert(SIGINT == 2 && SIGTERM == 15, "what Drain takes for them");

void call(UniqueFunction<void()>& callback) noexcept {
  try {
    callback();
  } catch (...) {
    detail::report_lost_error("error in an on_stop callback of a Service", std::current_exception());
  }
}

}  // namespace

void Service::on_stop(UniqueFunction<void()> callback) {
  if (is_stopping()) {
    call(callback);
  } else {
    callbacks_.push_back(std::move(callback));
  }
}

void Service::stop() {
  if (!is_stopping()) {
    drain();
  } else {
    cut_off();
  }
}

void Service::drain() {
  stopping_.set();
  if (within_ != detail::kForever) deadline_ = detail::later(now(), Duration(within_));
  if (limit_ && deadline_) limit_->reschedule(*deadline_);
  while (!callbacks_.empty()) {
    UniqueFunction<void()> last = std::move(callbacks_.back());
    callbacks_.pop_back();
    call(last);
  }
}

void Service::cut_off() {
  if (!limit_ || limit_->expired()) return;
  deadline_ = now();
  limit_->reschedule(*deadline_);
}

void Service::open(Timeout& limit) { limit_ = &limit; }

void Service::close() noexcept {
  cut_off_ = limit_->expired();
  limit_ = nullptr;
  callbacks_.clear();
}

namespace detail {

SignalledService::SignalledService(const Drain& how) : Service(how) {
  try {
    cover(how.signals_);
  } catch (...) {
    uncover();
    throw;
  }
}

SignalledService::~SignalledService() { uncover(); }

void SignalledService::cover(std::uint64_t signals) {
  for (; signals != 0; signals &= signals - 1) {
    const int signo = std::countr_zero(signals) + 1;
    running.loop->cover_signal_handler(signo, [this] { arrive(); });
    covered_ |= sys::signal_bit(signo);
  }
}

void SignalledService::uncover() noexcept {
  for (; covered_ != 0; covered_ &= covered_ - 1) {
    running.loop->uncover_signal_handler(std::countr_zero(covered_) + 1);
  }
}

// The third is not for us any more.
void SignalledService::arrive() {
  if (is_stopping()) uncover();
  stop();
}

ServiceEnd SignalledService::how_it_ended(bool by_the_limit) const noexcept {
  if (by_the_limit || was_cut_off()) return ServiceEnd::kCutOff;
  return is_stopping() ? ServiceEnd::kDrained : ServiceEnd::kFinished;
}

}  // namespace detail
}  // namespace eddy
