// SPDX-License-Identifier: MIT
//
// Invariants
//  1. An operation's state says where it is: `queued` = the submission ring was full, no SQE yet; `in_kernel` = its SQE
//     is in the ring or beyond; `cancel_queued` = in the kernel, its cancel has no SQE yet; `cancelling` = both are on
//     their way; `ended` = cancelled before it had an SQE. The last are in `ended_`, all others in `pending_`. One that
//     is cancelled by ourselves, because its answer is known while the kernel goes on looking, has it in `result`.
//     `recalled` = cancelled by ourselves, too, to be started again (`queued`) when the loop rests no more.
//  2. An operation leaves `in_kernel` and beyond only by its own CQE: the kernel is then done with it.
//  3. `backlog_` is true if any operation is `queued` or `cancel_queued`.
//  4. The ring is disabled until the first submit or wait: that thread becomes its single issuer. When another thread
//     takes the poller over, it gets a new ring, and what was in the old one is started again.
//  5. A watched descriptor has a slot. Its input stays armed from the first attempt that found nothing: multishot,
//     until its end, until its reader lags behind, or until it brings more at once than a buffer holds: then its reader
//     receives by itself, nothing is kept for it, and a multishot poll (`polls`) tells it when to try again. A poll
//     that nobody listens to is stopped. A detached slot lives in `slots_` until its last CQE.
//  6. `bell_armed_`: a multishot poll of the bell is in the kernel or on its way. The bell is read only to arm it
//  again.
#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eddy/base/ring.h"
#include "eddy/sys/detail/backends.h"
#include "eddy/sys/detail/operation_list.h"
#include "eddy/sys/detail/receive_buffers.h"
#include "eddy/sys/detail/uring_ring.h"
#include "eddy/sys/detail/uring_slot.h"
#include "eddy/sys/detail/wake_state.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys::detail {

namespace {

enum : std::uint8_t { idle, queued, in_kernel, cancel_queued, cancelling, recalled, ended };  // Operation::Link::state

// user_data: an operation's address, a slot's address and one of two bits, or one of the bits alone.
constexpr std::uint64_t input_bit = 1;
constexpr std::uint64_t output_bit = 2;
constexpr std::uint64_t nobody_tag = input_bit;
constexpr std::uint64_t bell_tag = output_bit;

constexpr int entries_of_a_close_max = 256;

std::uint64_t tag_of(Operation& operation) noexcept { return reinterpret_cast<std::uintptr_t>(&operation); }
std::uint64_t tag_of(UringSlot& slot, std::uint64_t bit) noexcept {
  return reinterpret_cast<std::uintptr_t>(&slot) | bit;
}
UringSlot& slot_of(Watch& watch) noexcept { return *static_cast<UringSlot*>(watch.link.slot); }

bool moves_bytes(const Operation& operation) noexcept {
  return operation.kind != OpKind::poll_readable && operation.kind != OpKind::poll_writable;
}

unsigned interest_of(const Operation& operation) noexcept {
  return operation.kind == OpKind::poll_readable ? unsigned{POLLIN} : unsigned{POLLOUT};
}

// A ring's poll also ends at POLLRDHUP, like it or not, and that stays: once the peer sends no more only a multishot
// poll waits for room, which reports what is there once, and then each change.
void prepare_poll(io_uring_sqe* sqe, int fd, unsigned interest, bool peer_has_ended) noexcept {
  peer_has_ended ? ::io_uring_prep_poll_multishot(sqe, fd, interest) : ::io_uring_prep_poll_add(sqe, fd, interest);
}

// The peer sends no more: no answer to whoever waits for room.
bool is_no_room(int result) noexcept { return result > 0 && (result & (POLLOUT | POLLERR | POLLHUP | POLLNVAL)) == 0; }

void prepare(io_uring_sqe* sqe, Operation& operation) noexcept {
  switch (operation.kind) {
    case OpKind::poll_readable:
    case OpKind::poll_writable:
      return prepare_poll(sqe, operation.fd, interest_of(operation), operation.link.peer_has_ended);
    case OpKind::sync:
      return ::io_uring_prep_fsync(sqe, operation.fd, 0);
    case OpKind::read:
    case OpKind::write:
      break;
  }
  const auto& transfer = static_cast<const Transfer&>(operation);
  const auto offset = static_cast<std::uint64_t>(transfer.offset);
  operation.kind == OpKind::read ? ::io_uring_prep_read(sqe, operation.fd, transfer.memory, transfer.size, offset)
                                 : ::io_uring_prep_write(sqe, operation.fd, transfer.memory, transfer.size, offset);
}

// ---- the poller
// ------------------------------------------------------------------------------------------------------

class UringPoller final : public Poller {
 public:
  explicit UringPoller(UringAbilities abilities)
      : bell_(make_bell()), multishot_(abilities == UringAbilities::all ? not_asked : refused) {}
  ~UringPoller() override;

  std::string_view name() const noexcept override { return "uring"; }
  void submit(Operation& operation) override;
  void cancel(Operation& operation) noexcept override;
  void wait(Nanos timeout) override;
  void wake() noexcept override;
  int fd() override;
  bool prepare_to_sleep() override;
  std::size_t pending() const noexcept override { return pending_count_ + wanted_count_; }
  bool performs(OpKind) const noexcept override { return true; }
  void attach(Watch& watch) override;
  void detach(Watch& watch) noexcept override;
  int receive(Watch& watch, void* into, std::size_t size) noexcept override;
  int accept(Watch& watch) noexcept override;
  void want_input(Watch& watch) noexcept override;
  void want_output(Watch& watch) noexcept override;
  void rest() override;

 private:
  enum Multishot : std::uint8_t { not_asked, usable, refused };

  void own();
  void register_notice();
  void take_over();
  void cancel_all() noexcept;
  io_uring_sqe* next_sqe() noexcept;
  bool start(Operation& operation) noexcept;
  void start_or_queue(Operation& operation) noexcept;
  bool start_cancel(Operation& operation) noexcept;
  void work_off_backlog() noexcept;
  bool arm_bell() noexcept;
  void sleep(Nanos timeout);
  void look();
  bool kernel_has_more() noexcept;
  bool kernel_says(unsigned any_of) noexcept;
  unsigned complete_ended() noexcept;
  void complete_cqes(unsigned limit) noexcept;
  void handle(std::uint64_t tag, int result, unsigned flags) noexcept;
  void handle_operation(Operation& operation, int result, unsigned flags) noexcept;
  void handle_no_room(Operation& operation, unsigned flags) noexcept;
  void end(Operation& operation, int result) noexcept;
  void complete(Operation& operation, int result) noexcept;

  void set_wanted(bool& wanted, bool to) noexcept;
  int receive_now(UringSlot& slot, void* into, std::size_t size) noexcept;
  void arm_input(UringSlot& slot) noexcept;
  void arm_output(UringSlot& slot) noexcept;
  void stop(UringSlot& slot, UringSlot::State& state) noexcept;
  void work_off(UringSlot& slot) noexcept;
  void work_off(UringSlot& slot, UringSlot::State& state, std::uint64_t bit) noexcept;
  void handle_input(UringSlot& slot, int result, unsigned flags) noexcept;
  void take_in(UringSlot& slot, int result, unsigned flags) noexcept;
  void handle_output(UringSlot& slot, int result, unsigned flags) noexcept;
  void let_go() noexcept;
  void free_if_done(UringSlot& slot) noexcept;
  bool submitted(const UringSlot& slot) noexcept;
  void restart_slots() noexcept;
  bool recall_input() noexcept;
  bool recall_transfers() noexcept;
  void prepare_input(io_uring_sqe* sqe, UringSlot& slot) noexcept;
  bool has_multishot() noexcept;
  bool kernel_brings(Watch::Input what) noexcept;

  UringRing ring_;
  Fd bell_;
  Fd notice_;                           // the kernel writes it at every completion, once somebody has asked for fd()
  std::atomic<int> notice_number_{-1};  ///< notice_, for other threads
  WakeState wake_state_;
  OperationList pending_;
  OperationList ended_;
  eddy::detail::Ring<UringSlot> slots_;
  ReceiveBuffers buffers_;
  std::size_t pending_count_ = 0;
  std::size_t wanted_count_ = 0;  // calls that watches wait for
  Multishot multishot_;
  bool resting_ = false;
  std::uint64_t owner_ = 0;  ///< this_thread() of the one that uses the ring; 0 before the first
  bool bell_armed_ = false;
  bool backlog_ = false;
  bool slept_elsewhere_ = false;  // since prepare_to_sleep
};

UringPoller::~UringPoller() {
  while (pending_count_ != 0) {  // again, in case a complete() submitted
    cancel_all();
    wait(-1);
  }
  ring_.close();  // before the memory goes that it receives into
  while (UringSlot* slot = slots_.front()) {
    if (slot->watch != nullptr) slot->watch->poller = nullptr;
    for (const int fd : slot->accepted) ::close(fd);
    slots_.erase(*slot);
    delete slot;
  }
}

void UringPoller::cancel_all() noexcept {
  for (Operation* operation = pending_.first(); operation != nullptr;) {
    Operation* next = operation->link.next;  // cancel may move it to ended_
    cancel(*operation);
    operation = next;
  }
}

// A number that no other thread has or will have.
std::uint64_t this_thread() noexcept {
  static constinit std::atomic<std::uint64_t> last{0};
  static constinit thread_local std::uint64_t mine = 0;
  if (mine == 0) [[unlikely]]
    mine = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return mine;
}

// The calling thread uses the ring from now on; see invariant 4.
void UringPoller::own() {
  const std::uint64_t self = this_thread();
  if (owner_ == self) [[likely]]
    return;
  if (owner_ != 0) take_over();
  ring_.enable();
  owner_ = self;
}

void UringPoller::take_over() {
  ring_.reopen();
  if (notice_) register_notice();
  bell_armed_ = false;
  restart_slots();
  for (Operation* operation = pending_.first(); operation != nullptr;) {
    Operation* next = operation->link.next;
    if (operation->link.state == cancel_queued || operation->link.state == cancelling) {
      operation->link.state = ended;
      pending_.erase(*operation);
      ended_.push_back(*operation);
    } else {
      operation->link.state = queued;
      backlog_ = true;
    }
    operation = next;
  }
}

// ---- submit and cancel
// -----------------------------------------------------------------------------------------------

void UringPoller::submit(Operation& operation) {
  assert(operation.link.state == idle && "Poller::submit: this operation is pending already");
  own();
  operation.result = 0;
  operation.link.peer_has_ended = false;
  pending_.push_back(operation);
  ++pending_count_;
  start_or_queue(operation);
}

void UringPoller::start_or_queue(Operation& operation) noexcept {
  if (!(resting_ && moves_bytes(operation)) && start(operation)) return;
  operation.link.state = queued;
  backlog_ = true;
}

bool UringPoller::start(Operation& operation) noexcept {
  io_uring_sqe* sqe = next_sqe();
  if (sqe == nullptr) return false;
  prepare(sqe, operation);
  sqe->user_data = tag_of(operation);
  operation.link.state = in_kernel;
  return true;
}

void UringPoller::cancel(Operation& operation) noexcept {
  if (operation.link.state == queued) {
    operation.link.state = ended;  // completes in wait, like the others
    pending_.erase(operation);
    ended_.push_back(operation);
  } else if (operation.link.state == in_kernel && (owner_ != this_thread() || !start_cancel(operation))) {
    operation.link.state = cancel_queued;
    backlog_ = true;
  } else if (operation.link.state == recalled) {
    operation.link.state = cancelling;
  }
}

bool UringPoller::start_cancel(Operation& operation) noexcept {
  io_uring_sqe* sqe = next_sqe();
  if (sqe == nullptr) return false;
  ::io_uring_prep_cancel64(sqe, tag_of(operation), 0);
  sqe->user_data = nobody_tag;
  operation.link.state = cancelling;
  return true;
}

// A free SQE, pushing the full ring into the kernel if need be; null if the kernel cannot take it just now.
io_uring_sqe* UringPoller::next_sqe() noexcept {
  if (io_uring_sqe* sqe = ::io_uring_get_sqe(ring_.get())) return sqe;
  ::io_uring_submit(ring_.get());
  return ::io_uring_get_sqe(ring_.get());
}

void UringPoller::work_off_backlog() noexcept {
  backlog_ = false;
  for (Operation* operation = pending_.first(); operation != nullptr; operation = operation->link.next) {
    if (operation->link.state == queued) start_or_queue(*operation);
    if (operation->link.state == cancel_queued) backlog_ |= !start_cancel(*operation);
  }
  for (UringSlot* slot = slots_.front(); slot != nullptr; slot = slots_.after(*slot)) work_off(*slot);
}

// ---- watches
// --------------------------------------------------------------------------------------------------------

void UringPoller::attach(Watch& watch) {
  own();
  if (watch.fd < 0) throw_error("watching a descriptor that is not open", EBADF);
  if (watch.input != Watch::Input::readiness) {
    int non_blocking = kernel_brings(watch.input) ? 0 : 1;  // the kernel waits only on a blocking one
    if (::ioctl(watch.fd, FIONBIO, &non_blocking) != 0) throw_error("ioctl(FIONBIO) of a socket to watch", errno);
  }
  auto* slot = new UringSlot(watch);
  slots_.push_back(*slot);
  watch.link = Watch::Link{};
  watch.link.slot = slot;
  watch.poller = this;
}

void UringPoller::detach(Watch& watch) noexcept {
  UringSlot& slot = slot_of(watch);
  // A request that names the descriptor must reach the kernel before the number can mean another file.
  if (slot.in_use() && !submitted(slot)) ::io_uring_submit(ring_.get());
  slot.watch = nullptr;
  watch.poller = nullptr;
  set_wanted(watch.link.input_wanted, false);
  set_wanted(watch.link.output_wanted, false);
  slot.received.clear(buffers_);
  for (const int fd : std::exchange(slot.accepted, {})) ::close(fd);
  stop(slot, slot.input);
  stop(slot, slot.output);
  if (slot.in_use()) let_go();
  free_if_done(slot);
}

// The kernel keeps a socket until the request that names it has gone; closing it shall mean closed, to the peer and for
// its address. That request stands behind what else is to be done for the ring, of which an entry does some twenty.
void UringPoller::let_go() noexcept {
  ::io_uring_submit_and_get_events(ring_.get());
  for (int i = 0; i != entries_of_a_close_max && kernel_says(IORING_SQ_TASKRUN); ++i)
    ::io_uring_get_events(ring_.get());
}

void UringPoller::free_if_done(UringSlot& slot) noexcept {
  if (slot.watch != nullptr || slot.in_use()) return;
  slots_.erase(slot);
  delete &slot;
}

void UringPoller::set_wanted(bool& wanted, bool to) noexcept {
  if (wanted == to) return;
  wanted = to;
  to ? ++wanted_count_ : --wanted_count_;
}

int UringPoller::receive(Watch& watch, void* into, std::size_t size) noexcept {
  UringSlot& slot = slot_of(watch);
  if (slot.received.size() != 0)
    return static_cast<int>(slot.received.take(buffers_, into, std::min<std::size_t>(size, INT_MAX)));
  if (slot.end <= 0) return slot.end;
  const bool itself = multishot_ == refused || (slot.bulk && (slot.input == UringSlot::idle || slot.polls));
  const int got = itself ? receive_now(slot, into, size) : -EAGAIN;
  if (got == -EAGAIN) want_input(watch);
  return got;
}

// TCP says -EAGAIN at an urgent byte while a signal is pending, whatever else is there; a bulk reader that then waits
// is told with the next bytes only.
int UringPoller::receive_now(UringSlot& slot, void* into, std::size_t size) noexcept {
  const ssize_t got = ::recv(slot.fd, into, std::min<std::size_t>(size, INT_MAX), MSG_DONTWAIT);
  if (got < 0) return errno == EINTR ? -EAGAIN : -errno;
  if (got == 0) return 0;
  const auto bytes = static_cast<std::size_t>(got);
  const bool small = bytes < size && bytes < ReceiveBuffers::size;
  slot.small_reads = small ? slot.small_reads + 1 : 0;
  if (slot.bulk && slot.small_reads >= UringSlot::small_reads_max) {
    slot.bulk = false;
    stop(slot, slot.input);
  }
  return static_cast<int>(got);
}

int UringPoller::accept(Watch& watch) noexcept {
  UringSlot& slot = slot_of(watch);
  if (!slot.accepted.empty()) {
    const int fd = slot.accepted.front();
    slot.accepted.erase(slot.accepted.begin());
    return fd;
  }
  if (slot.end <= 0) return std::exchange(slot.end, 1);  // said once: the next attempt asks the kernel again
  const int accepted = kernel_brings(slot.input_kind) ? -EAGAIN : accept_now(watch.fd);
  if (accepted == -EAGAIN) want_input(watch);
  return accepted;
}

void UringPoller::want_input(Watch& watch) noexcept {
  set_wanted(watch.link.input_wanted, true);
  arm_input(slot_of(watch));
}

void UringPoller::want_output(Watch& watch) noexcept {
  set_wanted(watch.link.output_wanted, true);
  arm_output(slot_of(watch));
}

void UringPoller::arm_input(UringSlot& slot) noexcept {
  if (slot.input != UringSlot::idle) return;
  slot.input = UringSlot::queued;
  work_off(slot);
}

void UringPoller::arm_output(UringSlot& slot) noexcept {
  if (slot.output != UringSlot::idle) return;
  slot.output = UringSlot::queued;
  work_off(slot);
}

void UringPoller::stop(UringSlot& slot, UringSlot::State& state) noexcept {
  if (state == UringSlot::queued) state = UringSlot::idle;
  if (state != UringSlot::in_kernel) return;
  state = UringSlot::stop_queued;
  work_off(slot);
}

bool UringPoller::submitted(const UringSlot& slot) noexcept {
  const unsigned consumed = __atomic_load_n(ring_->sq.khead, __ATOMIC_ACQUIRE);
  return static_cast<int>(slot.last_sqe - consumed) < 0;
}

// Gives the kernel what the slot has for it, if there is room and this thread may.
void UringPoller::work_off(UringSlot& slot) noexcept {
  work_off(slot, slot.input, input_bit);
  work_off(slot, slot.output, output_bit);
}

void UringPoller::work_off(UringSlot& slot, UringSlot::State& state, std::uint64_t bit) noexcept {
  if (state != UringSlot::queued && state != UringSlot::stop_queued) return;
  io_uring_sqe* sqe = owner_ == this_thread() ? next_sqe() : nullptr;
  if (sqe == nullptr) {
    backlog_ = true;
    return;
  }
  slot.last_sqe = ring_->sq.sqe_tail - 1;
  if (state == UringSlot::stop_queued) {
    ::io_uring_prep_cancel64(sqe, tag_of(slot, bit), 0);
    sqe->user_data = nobody_tag;
    state = UringSlot::stopping;
    return;
  }
  bit == input_bit ? prepare_input(sqe, slot) : prepare_poll(sqe, slot.fd, POLLOUT, slot.peer_has_ended);
  sqe->user_data = tag_of(slot, bit);
  state = UringSlot::in_kernel;
}

void UringPoller::prepare_input(io_uring_sqe* sqe, UringSlot& slot) noexcept {
  slot.polls = slot.bulk;
  if (slot.bulk) {
    ::io_uring_prep_poll_multishot(sqe, slot.fd, POLLIN);
  } else if (!kernel_brings(slot.input_kind)) {
    ::io_uring_prep_poll_add(sqe, slot.fd, POLLIN);
  } else if (slot.input_kind == Watch::Input::connections) {  // multishot accept is older than multishot receive
    ::io_uring_prep_multishot_accept(sqe, slot.fd, nullptr, nullptr, SOCK_CLOEXEC);
  } else {
    ::io_uring_prep_recv_multishot(sqe, slot.fd, nullptr, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = ReceiveBuffers::group;
  }
}

// Multishot receive and its buffers came with Linux 6.0, as did SEND_ZC, which can be asked about.
bool UringPoller::has_multishot() noexcept {
  if (multishot_ == not_asked) {
    io_uring_probe* probe = ::io_uring_get_probe_ring(ring_.get());
    const bool recent = probe != nullptr && ::io_uring_opcode_supported(probe, IORING_OP_SEND_ZC) != 0;
    std::free(probe);
    multishot_ = recent && buffers_.open(*ring_.get()) == 0 ? usable : refused;
  }
  return multishot_ == usable;
}

// Whether it is there before anybody asks.
bool UringPoller::kernel_brings(Watch::Input what) noexcept {
  return (what == Watch::Input::bytes || what == Watch::Input::connections) && has_multishot();
}

void UringPoller::handle_input(UringSlot& slot, int result, unsigned flags) noexcept {
  if ((flags & IORING_CQE_F_MORE) == 0) slot.input = UringSlot::idle;
  take_in(slot, result, flags);
  if (slot.watch == nullptr) {
    slot.received.clear(buffers_);
    for (const int fd : std::exchange(slot.accepted, {})) ::close(fd);
    return free_if_done(slot);
  }
  const bool stopped = result == -ECANCELED || result == -ENOBUFS;
  const bool wanted = slot.watch->link.input_wanted;
  const bool keep = slot.end > 0 && ((stopped && wanted) || (kernel_brings(slot.input_kind) && !slot.bulk));
  slot.unheard = wanted ? 0 : slot.unheard + 1;
  const bool useless = slot.polls ? slot.unheard >= UringSlot::unheard_max : slot.bulk;
  if (slot.full() || useless) stop(slot, slot.input);
  if (keep && !slot.full() && !resting_) arm_input(slot);
  if (stopped || !wanted) return;
  set_wanted(slot.watch->link.input_wanted, false);
  slot.watch->input_changed();
}

// What a completion of the input brought.
void UringPoller::take_in(UringSlot& slot, int result, unsigned flags) noexcept {
  const bool stopped = result == -ECANCELED || result == -ENOBUFS;
  if ((flags & IORING_CQE_F_BUFFER) != 0) {
    const std::size_t bytes = result > 0 ? static_cast<std::size_t>(result) : 0;
    slot.received.push(buffers_, flags >> IORING_CQE_BUFFER_SHIFT, bytes);
    slot.bulk |= bytes == ReceiveBuffers::size;
  }
  if (!kernel_brings(slot.input_kind) || stopped) return;
  if (slot.input_kind == Watch::Input::connections && result >= 0) {
    slot.accepted.push_back(result);
  } else if (slot.input_kind == Watch::Input::connections && result == -EAGAIN) {
    slot.input_kind = Watch::Input::connections_on_demand;  // somebody made it non-blocking: it is shared
  } else if (result <= 0) {
    slot.end = result;
  }
}

void UringPoller::handle_output(UringSlot& slot, int result, unsigned flags) noexcept {
  if ((flags & IORING_CQE_F_MORE) == 0) slot.output = UringSlot::idle;
  if (slot.watch == nullptr) return free_if_done(slot);
  if (!slot.watch->link.output_wanted) return;
  if (is_no_room(result)) {
    slot.peer_has_ended = true;
    return arm_output(slot);
  }
  set_wanted(slot.watch->link.output_wanted, false);
  slot.watch->output_changed();
}

// In a new ring, nothing of the old one's is armed.
void UringPoller::restart_slots() noexcept {
  if (multishot_ == usable && buffers_.open(*ring_.get()) != 0) multishot_ = refused;
  for (UringSlot* slot = slots_.front(); slot != nullptr;) {
    UringSlot* next = slots_.after(*slot);
    slot->input = slot->output = UringSlot::idle;
    if (slot->watch == nullptr) {
      free_if_done(*slot);
    } else {
      if (slot->watch->link.input_wanted) slot->input = UringSlot::queued;
      if (slot->watch->link.output_wanted) slot->output = UringSlot::queued;
      backlog_ = true;
    }
    slot = next;
  }
}

void UringPoller::rest() {
  if ((slots_.empty() && pending_.empty()) || owner_ != this_thread()) return;
  resting_ = true;
  for (;;) {
    const bool input = recall_input();
    const bool transfers = recall_transfers();
    if (!input && !transfers) break;
    wait(-1);
  }
  resting_ = false;
  backlog_ = true;
  for (UringSlot* slot = slots_.front(); slot != nullptr; slot = slots_.after(*slot)) {
    if (slot->watch == nullptr || !slot->watch->link.input_wanted || slot->input != UringSlot::idle) continue;
    slot->input = UringSlot::queued;
  }
}

// True while there is something to wait for.
bool UringPoller::recall_input() noexcept {
  bool busy = false;
  for (UringSlot* slot = slots_.front(); slot != nullptr; slot = slots_.after(*slot)) {
    if (slot->input == UringSlot::idle || slot->input_kind == Watch::Input::readiness) continue;
    stop(*slot, slot->input);
    busy |= slot->input != UringSlot::idle;
  }
  return busy;
}

bool UringPoller::recall_transfers() noexcept {
  bool busy = false;
  for (Operation* operation = pending_.first(); operation != nullptr; operation = operation->link.next) {
    if (!moves_bytes(*operation) || operation->link.state == queued) continue;
    if (operation->link.state == in_kernel && start_cancel(*operation)) operation->link.state = recalled;
    busy = true;
  }
  return busy;
}

// ---- wait and wake
// ---------------------------------------------------------------------------------------------------

void UringPoller::wake() noexcept {
  if (!wake_state_.notify()) return;
  ring_bell(bell_);
  // The kernel does not always write the notice for a completion that waits for its task to run.
  const int before = errno;
  if (const int notice = notice_number_.load(std::memory_order_acquire); notice >= 0) ::eventfd_write(notice, 1);
  errno = before;
}

// Not the ring's own descriptor: with DEFER_TASKRUN nothing wakes who polls that, until the ring is entered.
int UringPoller::fd() {
  own();
  if (!notice_) {
    notice_ = make_bell();
    register_notice();
    notice_number_.store(notice_.get(), std::memory_order_release);
  }
  return notice_.get();
}

void UringPoller::register_notice() {
  int number = notice_.get();
  const int result = ::io_uring_register(static_cast<unsigned>(ring_->ring_fd), IORING_REGISTER_EVENTFD, &number, 1);
  if (result < 0) throw_error("io_uring_register(EVENTFD)", -result);
}

bool UringPoller::prepare_to_sleep() {
  own();
  std::uint64_t noticed = 0;
  [[maybe_unused]] const ssize_t got = ::read(notice_.get(), &noticed, sizeof noticed);
  if (backlog_) work_off_backlog();
  if (backlog_ || !ended_.empty() || !arm_bell()) return false;
  if (::io_uring_sq_ready(ring_.get()) != 0) ::io_uring_submit(ring_.get());
  if (::io_uring_sq_ready(ring_.get()) != 0 || ::io_uring_cq_ready(ring_.get()) != 0 || kernel_has_more()) return false;
  slept_elsewhere_ = wake_state_.sleep();
  return slept_elsewhere_;
}

void UringPoller::wait(Nanos timeout) {
  own();
  if (slept_elsewhere_) {
    slept_elsewhere_ = false;
    wake_state_.awake();
    timeout = 0;
  }
  const unsigned done = complete_ended();
  if (backlog_) work_off_backlog();
  const bool nothing_yet = done == 0 && ::io_uring_cq_ready(ring_.get()) == 0;
  if (timeout != 0 && nothing_yet && arm_bell() && wake_state_.sleep()) {
    sleep(timeout);
    wake_state_.awake();
  } else {
    if (wake_state_.is_notified()) wake_state_.awake();
    look();
  }
  complete_cqes(completions_max - done);
}

// Submits and sleeps, in one system call.
void UringPoller::sleep(Nanos timeout) {
  __kernel_timespec limit{timeout / 1'000'000'000, timeout % 1'000'000'000};
  io_uring_cqe* first = nullptr;
  // ETIME and EINTR are ordinary ends of a sleep; EBUSY and EAGAIN ask us to take completions first, which comes next.
  ::io_uring_submit_and_wait_timeout(ring_.get(), &first, 1, timeout < 0 ? nullptr : &limit, nullptr);
}

// Submits and collects, without sleeping; without a system call if shared memory says there is no reason for one.
void UringPoller::look() {
  if (::io_uring_sq_ready(ring_.get()) != 0) {
    ::io_uring_submit_and_get_events(ring_.get());
  } else if (kernel_has_more()) {
    ::io_uring_get_events(ring_.get());
  }
}

// Completions that only a visit to the kernel brings into the ring.
bool UringPoller::kernel_has_more() noexcept { return kernel_says(IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW); }

bool UringPoller::kernel_says(unsigned any_of) noexcept {
  return (__atomic_load_n(ring_->sq.kflags, __ATOMIC_RELAXED) & any_of) != 0;
}

// False if there is no room for it: then nobody may sleep.
bool UringPoller::arm_bell() noexcept {
  if (bell_armed_) return true;
  std::uint64_t rings = 0;
  [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &rings, sizeof rings);  // or it would fire at once, in vain
  io_uring_sqe* sqe = next_sqe();
  if (sqe == nullptr) return false;
  ::io_uring_prep_poll_multishot(sqe, bell_.get(), POLLIN);
  sqe->user_data = bell_tag;
  bell_armed_ = true;
  return true;
}

// ---- completions
// -----------------------------------------------------------------------------------------------------

unsigned UringPoller::complete_ended() noexcept {
  unsigned done = 0;
  for (; done != completions_max && !ended_.empty(); ++done) {
    Operation& operation = *ended_.first();
    ended_.erase(operation);
    complete(operation, -ECANCELED);
  }
  return done;
}

void UringPoller::complete_cqes(unsigned limit) noexcept {
  for (; limit != 0 && ::io_uring_cq_ready(ring_.get()) != 0; --limit) {
    const io_uring_cqe& cqe = ring_->cq.cqes[*ring_->cq.khead & ring_->cq.ring_mask];
    const std::uint64_t tag = cqe.user_data;
    const int result = cqe.res;
    const unsigned flags = cqe.flags;
    ::io_uring_cq_advance(ring_.get(), 1);  // before complete(), which may push new work into the kernel
    handle(tag, result, flags);
  }
}

void UringPoller::handle(std::uint64_t tag, int result, unsigned flags) noexcept {
  if (tag == nobody_tag) return;
  if (tag == bell_tag) {
    bell_armed_ = (flags & IORING_CQE_F_MORE) != 0;
    return;
  }
  const auto address = static_cast<std::uintptr_t>(tag & ~(input_bit | output_bit));
  if ((tag & input_bit) != 0) return handle_input(*reinterpret_cast<UringSlot*>(address), result, flags);
  if ((tag & output_bit) != 0) return handle_output(*reinterpret_cast<UringSlot*>(address), result, flags);
  handle_operation(*reinterpret_cast<Operation*>(static_cast<std::uintptr_t>(tag)), result, flags);
}

void UringPoller::handle_operation(Operation& operation, int result, unsigned flags) noexcept {
  if (operation.kind == OpKind::poll_writable && is_no_room(result)) return handle_no_room(operation, flags);
  if (operation.link.state == recalled && (result == -ECANCELED || result == -EINTR)) {
    operation.link.state = queued;
    backlog_ = true;
    return;
  }
  if ((flags & IORING_CQE_F_MORE) == 0) return end(operation, result);
  operation.result = result;
  cancel(operation);  // it is of use no more, and ends with its last completion
}

void UringPoller::handle_no_room(Operation& operation, unsigned flags) noexcept {
  if ((flags & IORING_CQE_F_MORE) != 0) return;
  if (operation.link.state != in_kernel) return end(operation, -ECANCELED);
  operation.link.peer_has_ended = true;
  start_or_queue(operation);
}

void UringPoller::end(Operation& operation, int result) noexcept {
  pending_.erase(operation);
  complete(operation, result);
}

void UringPoller::complete(Operation& operation, int result) noexcept {
  --pending_count_;
  operation.link.state = idle;
  if (result != -ECANCELED || operation.result == 0) operation.result = result;
  operation.complete();
}

}  // namespace

std::unique_ptr<Poller> make_uring_poller(UringAbilities abilities) { return std::make_unique<UringPoller>(abilities); }

}  // namespace eddy::sys::detail
