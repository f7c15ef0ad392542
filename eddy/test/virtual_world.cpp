// SPDX-License-Identifier: MIT
#include "eddy/test/virtual_world.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "eddy/debug/dump_tasks.h"
#include "eddy/sys/clock.h"
#include "eddy/sys/poller.h"
#include "eddy/test/faulty_poller.h"

namespace eddy::test {

using eddy::detail::kForever;
using eddy::detail::Nanos;

namespace {

std::size_t thread_count() noexcept {
  std::error_code error;
  std::filesystem::directory_iterator tasks("/proc/self/task", error);
  return error ? 1 : static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

std::string seconds(Nanos span) { return std::to_string(span / 1'000'000'000) + " s"; }

}  // namespace

VirtualWorld::VirtualWorld(const Options& options)
    : options_(options),
      random_(options.seed()),
      real_start_(sys::monotonic_now()),
      threads_at_start_(thread_count()) {}

Nanos VirtualWorld::now() noexcept { return options_.real_time() ? sys::monotonic_now() : now_; }

void VirtualWorld::shuffle(std::vector<eddy::detail::Node*>& ready) {
  for (std::size_t left = ready.size(); left > 1; --left) std::swap(ready[left - 1], ready[random_.below(left)]);
}

Owned<sys::Poller> VirtualWorld::wrap_poller(Owned<sys::Poller> real) {
  if (!options_.io_faults()) return real;
  return make_owned<FaultyPoller>(std::move(real), options_.seed());
}

void VirtualWorld::idle(sys::Poller& poller, Nanos deadline) {
  if (settling_ && outside_work() > 0) return poller.wait(1'000'000);  // it was asked to end, and will
  ++idles_;
  if (settling_) return poller.wait(poller.pending() > 0 ? 1'000'000 : 0);
  check_time_limit();
  if (eddy::detail::Op* waiter = blocked_waiters_.front()) {
    std::size_t pending = poller.pending();
    poller.wait(0);
    if (poller.pending() < pending) return;  // what just arrived goes first; we shall be idle again
    blocked_waiters_.erase(*waiter);
    return waiter->grant();
  }
  if (outside_work() > 0) return wait_for_outside(poller, deadline);
  if (options_.real_time() || holds_ > 0) return wait_real(poller, deadline);
  bool timed = deadline != kForever;
  if (poller.pending() > 0) {
    if (!waits_in_vain(poller, timed ? options_.io_quiet() : options_.patience())) return;
    if (!timed)
      give_up("only I/O that does not come is pending (waited " + seconds(options_.patience()) + " of real time)");
  } else {
    poller.wait(0);
  }
  if (timed) {
    now_ = std::max(now_, deadline);
    return;
  }
  if (thread_count() > threads_at_start_ && !waits_in_vain(poller, options_.patience())) return;
  give_up("nothing is ready, no timer is armed, no I/O is pending");
}

void VirtualWorld::wait_real(sys::Poller& poller, Nanos deadline) {
  if (deadline == kForever) {
    if (waits_in_vain(poller, options_.patience())) {
      give_up("nothing has happened for " + seconds(options_.patience()) + " of real time, and no timer is armed");
    }
    return;
  }
  // A held virtual clock waits in real time for as long as the timer is away, then jumps to it.
  Nanos left = std::clamp(deadline - now(), Nanos{0}, options_.time_limit());
  if (waits_in_vain(poller, left) && !options_.real_time()) now_ = std::max(now_, deadline);
}

void VirtualWorld::wait_for_outside(sys::Poller& poller, Nanos deadline) {
  Nanos limit = std::max(options_.time_limit() - (sys::monotonic_now() - real_start_), Nanos{1});
  Nanos left = deadline == kForever ? limit : std::clamp(deadline - now(), Nanos{0}, limit);
  if (waits_in_vain(poller, left) && left < limit && !options_.real_time()) now_ = std::max(now_, deadline);
}

bool VirtualWorld::waits_in_vain(sys::Poller& poller, Nanos timeout) {
  Nanos begin = sys::monotonic_now();
  const std::size_t pending = poller.pending();
  poller.wait(timeout);
  if (poller.pending() < pending) return false;  // however long a busy machine took to let us see it
  return sys::monotonic_now() - begin >= timeout;
}

void VirtualWorld::check_time_limit() {
  if (sys::monotonic_now() - real_start_ < options_.time_limit()) return;
  std::string why = "the run has taken more than " + seconds(options_.time_limit()) + " of real time";
  if (!options_.real_time()) why += " (" + seconds(now_ - kStart) + " of virtual time)";
  if (outside_work() > 0) {
    why += "; " + std::to_string(outside_work()) +
           " thing(s) are still at work outside of the loop, such as functions " + "in a thread pool";
  }
  give_up(why);
}

void VirtualWorld::restart_time_limit() noexcept { real_start_ = sys::monotonic_now(); }

void VirtualWorld::give_up(const std::string& why) const {
  throw Deadlock("deadlock: " + why + ".\n" + (loop_ ? debug::dump_tasks(*loop_) : ""));
}

}  // namespace eddy::test
