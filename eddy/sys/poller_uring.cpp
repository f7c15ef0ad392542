// SPDX-License-Identifier: MIT
//
// Invariants
//  1. An operation's state says where it is: `queued` = the submission ring was full, no SQE yet; `in_kernel` = its SQE
//     is in the ring or beyond; `cancel_queued` = in the kernel, its cancel has no SQE yet; `cancelling` = both are on
//     their way; `ended` = cancelled before it had an SQE. The last are in `ended_`, all others in `pending_`.
//  2. An operation leaves `in_kernel` and beyond only by its own CQE: the kernel is then done with it.
//  3. `backlog_` is true if any operation is `queued` or `cancel_queued`.
//  4. The ring is disabled until the first submit or wait: that thread becomes its single issuer. When another thread
//     takes the poller over, it gets a new ring, and what was in the old one is started again.
//  5. `bell_armed_`: a multishot poll of the bell is in the kernel or on its way. The bell is read only to arm it
//  again.
#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "eddy/sys/detail/backends.h"
#include "eddy/sys/detail/operation_list.h"
#include "eddy/sys/detail/wake_state.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys::detail {

namespace {

enum : std::uint8_t { idle, queued, in_kernel, cancel_queued, cancelling, ended };  // Operation::Link::state

constexpr unsigned sq_entries = 256;
constexpr unsigned cq_entries = 1024;

// user_data that is no operation: those are aligned pointers.
constexpr std::uint64_t nobody_tag = 1;
constexpr std::uint64_t bell_tag = 2;

std::uint64_t tag_of(Operation& operation) noexcept { return reinterpret_cast<std::uintptr_t>(&operation); }

unsigned interest_of(const Operation& operation) noexcept {
  return operation.kind == OpKind::poll_readable ? unsigned{POLLIN} : unsigned{POLLOUT};
}

// ---- the ring
// --------------------------------------------------------------------------------------------------------

/// An io_uring, closed with its owner. Disabled at first.
class Ring {
 public:
  Ring() { open(); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring() { close(); }

  /// A new one in its place; what the old one had in the kernel is dropped. Throws, and is closed then.
  void reopen() {
    close();
    open();
  }

  io_uring* operator->() noexcept { return &ring_; }
  io_uring* get() noexcept { return &ring_; }

 private:
  void open();
  void close() noexcept;
  int try_flags(unsigned flags) noexcept;
  void require_features();

  io_uring ring_{};
  bool open_ = false;
};

// The best the kernel takes: 6.1, 5.19, older.
constexpr unsigned flag_choices[] = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
    0,
};

[[noreturn]] void refuse(int error, const std::string& why) {
  throw std::system_error(error, std::system_category(),
                          "io_uring: " + why + "; set EDDY_BACKEND=epoll, or leave it unset to choose automatically");
}

void Ring::open() {
  int error = EINVAL;
  for (const unsigned flags : flag_choices) {
    error = try_flags(flags);
    if (error != EINVAL) break;
  }
  if (error != 0) {
    refuse(error,
           "the kernel refuses a ring (sysctl kernel.io_uring_disabled, a container's seccomp filter, "
           "or a limit on descriptors or locked memory)");
  }
  open_ = true;
  require_features();
}

// One thread's ring may be mapped where another's was. The kernel orders the two, but liburing calls it behind
// ThreadSanitizer's back, so the order is said once more, in its language.
constinit std::atomic<unsigned> rings_unmapped{0};

void Ring::close() noexcept {
  rings_unmapped.fetch_add(1, std::memory_order_release);
  if (open_) ::io_uring_queue_exit(&ring_);
  open_ = false;
}

int Ring::try_flags(unsigned flags) noexcept {
  io_uring_params params{};
  params.flags = flags | IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
  params.cq_entries = cq_entries;
  const int result = ::io_uring_queue_init_params(sq_entries, &ring_, &params);
  static_cast<void>(rings_unmapped.load(std::memory_order_acquire));
  return -result;
}

void Ring::require_features() {
  // RSRC_TAGS came with Linux 5.13, as did multishot poll, which has no flag of its own.
  constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_RSRC_TAGS;
  if ((ring_.features & needed) == needed) return;
  close();  // the destructor of a Ring that was never built does not run
  refuse(ENOSYS, "the kernel is older than Linux 5.13");
}

// ---- the poller
// ------------------------------------------------------------------------------------------------------

class UringPoller final : public Poller {
 public:
  UringPoller() : bell_(make_bell()) {}
  ~UringPoller() override;

  std::string_view name() const noexcept override { return "uring"; }
  void submit(Operation& operation) override;
  void cancel(Operation& operation) noexcept override;
  void wait(Nanos timeout) override;
  void wake() noexcept override;
  int fd() override;
  bool prepare_to_sleep() override;
  std::size_t pending() const noexcept override { return pending_count_; }

 private:
  void own();
  void register_notice();
  void enable();
  void take_over();
  void cancel_all() noexcept;
  io_uring_sqe* next_sqe() noexcept;
  bool start(Operation& operation) noexcept;
  bool start_cancel(Operation& operation) noexcept;
  void work_off_backlog() noexcept;
  bool arm_bell() noexcept;
  void sleep(Nanos timeout);
  void look();
  bool kernel_has_more() noexcept;
  unsigned complete_ended() noexcept;
  void complete_cqes(unsigned limit) noexcept;
  void handle(std::uint64_t tag, int result, unsigned flags) noexcept;
  void complete(Operation& operation, int result) noexcept;

  Ring ring_;
  Fd bell_;
  Fd notice_;                           // the kernel writes it at every completion, once somebody has asked for fd()
  std::atomic<int> notice_number_{-1};  ///< notice_, for other threads
  WakeState wake_state_;
  OperationList pending_;
  OperationList ended_;
  std::size_t pending_count_ = 0;
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
  enable();
  owner_ = self;
}

void UringPoller::take_over() {
  ring_.reopen();
  if (notice_) register_notice();
  bell_armed_ = false;
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

void UringPoller::enable() {
  // liburing 2.3 declares io_uring_enable_rings but its shared library does not export it.
  const int result =
      ::io_uring_register(static_cast<unsigned>(ring_->ring_fd), IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  if (result < 0) throw_error("io_uring_register(ENABLE_RINGS)", -result);
}

// ---- submit and cancel
// -----------------------------------------------------------------------------------------------

void UringPoller::submit(Operation& operation) {
  assert(operation.link.state == idle && "Poller::submit: this operation is pending already");
  own();
  pending_.push_back(operation);
  ++pending_count_;
  if (!start(operation)) {
    operation.link.state = queued;
    backlog_ = true;
  }
}

bool UringPoller::start(Operation& operation) noexcept {
  io_uring_sqe* sqe = next_sqe();
  if (sqe == nullptr) return false;
  ::io_uring_prep_poll_add(sqe, operation.fd, interest_of(operation));
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
    if (operation->link.state == queued) backlog_ |= !start(*operation);
    if (operation->link.state == cancel_queued) backlog_ |= !start_cancel(*operation);
  }
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
bool UringPoller::kernel_has_more() noexcept {
  const unsigned flags = __atomic_load_n(ring_->sq.kflags, __ATOMIC_RELAXED);
  return (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
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
  Operation& operation = *reinterpret_cast<Operation*>(static_cast<std::uintptr_t>(tag));
  pending_.erase(operation);
  complete(operation, result);
}

void UringPoller::complete(Operation& operation, int result) noexcept {
  --pending_count_;
  operation.link.state = idle;
  operation.result = result;
  operation.complete();
}

}  // namespace

std::unique_ptr<Poller> make_uring_poller() { return std::make_unique<UringPoller>(); }

}  // namespace eddy::sys::detail
