// SPDX-License-Identifier: MIT
//
// 1. The hub covers a signal's handler on its loop exactly while a receiver wants the signal.
// 2. An arrival is noted with every receiver that wants it; `untaken_` has it until one of them takes it.
#include "eddy/io/signal.h"

#include <bit>
#include <csignal>
#include <cstdint>
#include <exception>
#include <vector>

#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/loop_service.h"
#include "eddy/core/op_description.h"
#include "eddy/io/stream_error.h"
#include "eddy/io/turn_line.h"
#include "eddy/sys/signals.h"

namespace eddy {

namespace detail {

using sys::signal_bit;

/// The signals of a loop and who wants them.
class SignalHub final : public LoopService {
 public:
  explicit SignalHub(Loop& loop) noexcept : loop_(loop) {}
  ~SignalHub() override;

  void add(SignalReceiver& receiver, std::initializer_list<int> numbers);
  void remove(SignalReceiver& receiver) noexcept;
  void taken(int signo) noexcept { untaken_ &= ~signal_bit(signo); }
  [[nodiscard]] bool is_of(const Loop* loop) const noexcept { return &loop_ == loop; }

 private:
  [[nodiscard]] std::uint64_t wanted() const noexcept;
  void arrive(int signo) noexcept;
  void let_go(int signo) noexcept;

  Loop& loop_;
  std::vector<SignalReceiver*> receivers_;
  std::uint64_t untaken_ = 0;
};

/// What a Signals and the operations on it share.
class SignalReceiver {
 public:
  explicit SignalReceiver(std::initializer_list<int> numbers) {
    require_loop("Signals").service<SignalHub>().add(*this, numbers);
  }
  SignalReceiver(const SignalReceiver&) = delete;
  SignalReceiver& operator=(const SignalReceiver&) = delete;
  ~SignalReceiver() {
    if (hub) hub->remove(*this);
    if (!line.empty()) line.end(std::make_exception_ptr(ClosedError("Signals::next(): it was destroyed meanwhile")));
  }

  void check_usable() const {
    if (!hub || !hub->is_of(running.loop)) {
      throw RuntimeError("Signals::next(): it belongs to another event loop, or to one that is closed");
    }
  }

  int pop() noexcept {
    const int signo = std::countr_zero(arrived) + 1;
    arrived &= arrived - 1;
    hub->taken(signo);
    return signo;
  }

  std::uint64_t wanted = 0;
  std::uint64_t arrived = 0;
  TurnLine line;
  SignalHub* hub = nullptr;
};

SignalHub::~SignalHub() {
  for (SignalReceiver* receiver : receivers_) receiver->hub = nullptr;
}

std::uint64_t SignalHub::wanted() const noexcept {
  std::uint64_t all = 0;
  for (const SignalReceiver* receiver : receivers_) all |= receiver->wanted;
  return all;
}

void SignalHub::add(SignalReceiver& receiver, std::initializer_list<int> numbers) {
  receivers_.push_back(&receiver);
  receiver.hub = this;
  try {
    for (const int signo : numbers) {
      loop_.cover_signal_handler(signo, [this, signo] { arrive(signo); });
      receiver.wanted |= signal_bit(signo);
    }
  } catch (...) {
    remove(receiver);
    throw;
  }
}

void SignalHub::remove(SignalReceiver& receiver) noexcept {
  std::erase(receivers_, &receiver);
  receiver.hub = nullptr;
  for (std::uint64_t left = receiver.wanted & ~wanted(); left != 0; left &= left - 1) {
    let_go(std::countr_zero(left) + 1);
  }
}

void SignalHub::let_go(int signo) noexcept {
  loop_.uncover_signal_handler(signo);
  if ((untaken_ & signal_bit(signo)) == 0) return;
  taken(signo);
  ::kill(::getpid(), signo);
}

void SignalHub::arrive(int signo) noexcept {
  untaken_ |= signal_bit(signo);
  for (SignalReceiver* receiver : receivers_) {
    if ((receiver->wanted & signal_bit(signo)) == 0) continue;
    receiver->arrived |= signal_bit(signo);
    receiver->line.try_again();
  }
}

namespace {

SignalReceiver& live(SignalReceiver* receiver) {
  if (!receiver) throw ClosedError("Signals::next(): it was moved from");
  return *receiver;
}

}  // namespace

TryOp::Progress SignalNext::attempt() {
  SignalReceiver& receiver = live(receiver_);
  receiver.check_usable();
  if (receiver.arrived == 0) return kBlocked;
  signo_ = receiver.pop();
  return kDone;
}

bool SignalNext::may_try() noexcept { return !receiver_ || receiver_->line.is_turn_of(*this); }
void SignalNext::join() { live(receiver_).line.join(*this); }
void SignalNext::leave() noexcept { receiver_->line.leave(*this); }

void SignalNext::describe(OpDescription& to) const {
  to.is("signal");
  for (std::uint64_t left = receiver_->wanted; left != 0; left &= left - 1) {
    if (!to.which.empty()) to.which += " or ";
    to.which += std::to_string(std::countr_zero(left) + 1);
  }
}

}  // namespace detail

Signals::Signals(std::initializer_list<int> numbers) : receiver_(std::make_unique<detail::SignalReceiver>(numbers)) {}
Signals::Signals(Signals&& other) noexcept = default;
Signals& Signals::operator=(Signals&& other) noexcept = default;
Signals::~Signals() = default;

}  // namespace eddy
