// SPDX-License-Identifier: MIT
//
// Invariants
//  1. A pending operation is in exactly one list: its descriptor's `waiting`, or `ended_` (its result is set).
//  2. While `waiting` of a descriptor is not empty the kernel is armed for at least the union of its interests.
//     Being armed for more is harmless: EPOLLONESHOT disarms on the first report, which then finds nobody.
//     With `waiting` empty nothing is assumed: the number may come to mean another file without our hearing of it.
//  3. `waiting_count_` is the length of all `waiting` lists; with 0, and no watches, there is nothing to ask the
//  kernel.
//  4. A report counts only if it carries the entry's present generation: a registration can outlive its number when the
//     descriptor was dup'ed, and must not speak for the number's next owner.
//  5. A watched descriptor is registered once, edge-triggered for everything; `Link::ready` says what has not been
//  found
//     to block since the last edge. One-shot operations on it are answered by a look at submit, then by the same edges.
//  6. The bell is registered edge-triggered and never read: each write is one event.
#include <algorithm>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <vector>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "eddy/sys/detail/backends.h"
#include "eddy/sys/detail/operation_list.h"
#include "eddy/sys/detail/wake_state.h"
#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys::detail {

namespace {

static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR && EPOLLHUP == POLLHUP);

enum : std::uint8_t { idle, waiting, ended };  // Operation::Link::state

constexpr std::uint64_t bell_tag = ~std::uint64_t{0};
constexpr unsigned events_max = 128;

std::uint32_t interest_of(const Operation& operation) noexcept {
  return operation.kind == OpKind::poll_readable ? std::uint32_t{EPOLLIN} : std::uint32_t{EPOLLOUT};
}

// What poll(2) says of the descriptor now; 0 = would block.
int look(const Operation& operation) noexcept {
  pollfd one{operation.fd, static_cast<short>(interest_of(operation)), 0};
  return ::poll(&one, 1, 0) == 1 ? one.revents : 0;
}

bool is_ip(int socket) noexcept {
  int family = 0;
  socklen_t size = sizeof family;
  if (::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) return false;
  return family == AF_INET || family == AF_INET6;
}

// Errors and hang-ups answer either direction.
bool answers(std::uint32_t events, const Operation& operation) noexcept {
  return (events & (interest_of(operation) | EPOLLERR | EPOLLHUP)) != 0;
}

enum : std::uint8_t {  // Watch::Link::ready
  can_read = 1,
  can_write = 2,
  hung_up = 4,
  short_is_empty = 8,  // reading less than was asked for has emptied it
};

struct FdEntry {
  OperationList waiting;
  Watch* watch = nullptr;
  std::uint32_t armed = 0;       // what the kernel will surely report; 0 = nothing
  std::uint32_t generation = 0;  // of the registration
  bool registered = false;       // as far as we know: closing a descriptor unregisters it silently
};

class EpollPoller final : public Poller {
 public:
  EpollPoller();
  ~EpollPoller() override;

  std::string_view name() const noexcept override { return "epoll"; }
  void submit(Operation& operation) override;
  void cancel(Operation& operation) noexcept override;
  void wait(Nanos timeout) override;
  void wake() noexcept override;
  int fd() override { return epoll_.get(); }
  bool prepare_to_sleep() override;
  std::size_t pending() const noexcept override { return waiting_count_ + wanted_count_ + ended_count_; }
  bool performs(OpKind kind) const noexcept override {
    return kind == OpKind::poll_readable || kind == OpKind::poll_writable;
  }
  void attach(Watch& watch) override;
  void detach(Watch& watch) noexcept override;
  int receive(Watch& watch, void* into, std::size_t size) noexcept override;
  int accept(Watch& watch) noexcept override;
  void want_input(Watch& watch) noexcept override;
  void want_output(Watch& watch) noexcept override;

 private:
  FdEntry& entry_of(int fd);
  int arm(int fd, FdEntry& entry, std::uint32_t interest) noexcept;
  int control(int how, int fd, FdEntry& entry, std::uint32_t interest) noexcept;
  void refuse(Operation& operation, int error) noexcept;
  void end(FdEntry& entry, Operation& operation, int result) noexcept;
  void push_ended(Operation& operation, int result) noexcept;
  void end_all(FdEntry& entry, int error) noexcept;
  void ask_kernel(Nanos timeout);
  int kernel_wait(epoll_event* events, Nanos timeout) noexcept;
  void report(const epoll_event& event) noexcept;
  void tell(Watch& watch, std::uint32_t events) noexcept;
  void answer(FdEntry& entry, std::uint32_t events) noexcept;
  void set_wanted(bool& wanted, bool to) noexcept;
  void rearm(int fd, FdEntry& entry) noexcept;
  void complete_ended(std::size_t limit) noexcept;

  Fd epoll_;
  Fd bell_;
  WakeState wake_state_;
  std::vector<FdEntry> entries_;  // by descriptor
  OperationList ended_;
  std::size_t waiting_count_ = 0;
  std::size_t watch_count_ = 0;
  std::size_t wanted_count_ = 0;  // calls that watches wait for
  std::size_t ended_count_ = 0;
  bool has_pwait2_ = true;
  bool slept_elsewhere_ = false;  // since prepare_to_sleep
};

EpollPoller::EpollPoller() : epoll_(check_fd(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), bell_(make_bell()) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = bell_tag;
  check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell_.get(), &event), "epoll_ctl(wake eventfd)");
}

EpollPoller::~EpollPoller() {
  while (waiting_count_ + ended_count_ != 0) {  // again, in case a complete() submitted
    for (FdEntry& entry : entries_) {
      while (Operation* operation = entry.waiting.first()) end(entry, *operation, -ECANCELED);
    }
    complete_ended(ended_count_);
  }
  for (FdEntry& entry : entries_) {
    if (entry.watch != nullptr) entry.watch->poller = nullptr;
  }
}

// ---- submit and cancel
// -----------------------------------------------------------------------------------------------

void EpollPoller::submit(Operation& operation) {
  assert(operation.link.state == idle && "Poller::submit: this operation is pending already");
  if (operation.fd < 0) return push_ended(operation, -EBADF);
  FdEntry& entry = entry_of(operation.fd);
  const std::uint32_t interest = interest_of(operation);
  if (entry.watch != nullptr) {
    if (const int events = look(operation)) return push_ended(operation, events);
  } else if ((entry.armed & interest) == 0) {
    if (const int error = arm(operation.fd, entry, entry.armed | interest)) return refuse(operation, error);
  }
  operation.link.state = waiting;
  entry.waiting.push_back(operation);
  ++waiting_count_;
}

void EpollPoller::cancel(Operation& operation) noexcept {
  // The kernel stays armed: a stray report is harmless and cheaper than a system call.
  if (operation.link.state == waiting) {
    end(entries_[static_cast<std::size_t>(operation.fd)], operation, -ECANCELED);
  }
}

FdEntry& EpollPoller::entry_of(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= entries_.size()) entries_.resize(std::max({index + 1, entries_.size() * 2, std::size_t{64}}));
  return entries_[index];
}

// 0 or an errno. What we believe about the registration may be out of date: the caller may have closed the descriptor.
int EpollPoller::arm(int fd, FdEntry& entry, std::uint32_t interest) noexcept {
  int error = control(entry.registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, entry, interest);
  if (error == ENOENT) error = control(EPOLL_CTL_ADD, fd, entry, interest);
  if (error == EEXIST) error = control(EPOLL_CTL_MOD, fd, entry, interest);
  entry.registered = error == 0;
  entry.armed = error == 0 ? interest : 0;
  return error;
}

int EpollPoller::control(int how, int fd, FdEntry& entry, std::uint32_t interest) noexcept {
  if (how == EPOLL_CTL_ADD) ++entry.generation;
  epoll_event event{};
  event.events = (interest & EPOLLET) != 0 ? interest : interest | EPOLLONESHOT;
  event.data.u64 = std::uint64_t{entry.generation} << 32 | static_cast<std::uint32_t>(fd);
  return ::epoll_ctl(epoll_.get(), how, fd, &event) == 0 ? 0 : errno;
}

void EpollPoller::refuse(Operation& operation, int error) noexcept {
  // EPERM: a regular file or a directory, which has no readiness to wait for. poll(2) calls them always ready.
  push_ended(operation, error == EPERM ? static_cast<int>(interest_of(operation)) : -error);
}

void EpollPoller::end(FdEntry& entry, Operation& operation, int result) noexcept {
  entry.waiting.erase(operation);
  --waiting_count_;
  if (entry.waiting.empty() && entry.watch == nullptr)
    entry.armed = 0;  // from here on the descriptor may be closed and its number reused
  push_ended(operation, result);
}

void EpollPoller::push_ended(Operation& operation, int result) noexcept {
  operation.result = result;
  operation.link.state = ended;
  ended_.push_back(operation);
  ++ended_count_;
}

// ---- watches
// --------------------------------------------------------------------------------------------------------

void EpollPoller::attach(Watch& watch) {
  if (watch.fd < 0) throw_error("watching a descriptor that is not open", EBADF);
  if (watch.input == Watch::Input::connections || watch.input == Watch::Input::connections_on_demand) {
    set_nonblocking(watch.fd);
  }
  FdEntry& entry = entry_of(watch.fd);
  assert(entry.watch == nullptr && "Poller::attach: this descriptor is watched already");
  entry.watch = &watch;
  const int error = arm(watch.fd, entry, EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  if (error != 0) {
    entry.watch = nullptr;
    end_all(entry, error);
    throw_error("epoll_ctl: watching a descriptor", error);
  }
  watch.poller = this;
  watch.link = Watch::Link{};
  watch.link.ready = can_read | can_write;
  if (is_ip(watch.fd)) watch.link.ready |= short_is_empty;
  ++watch_count_;
}

void EpollPoller::detach(Watch& watch) noexcept {
  FdEntry& entry = entries_[static_cast<std::size_t>(watch.fd)];
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watch.fd, nullptr);
  entry.watch = nullptr;
  watch.poller = nullptr;
  entry.registered = false;
  entry.armed = 0;
  ++entry.generation;  // a report that has been fetched already speaks to nobody
  set_wanted(watch.link.input_wanted, false);
  set_wanted(watch.link.output_wanted, false);
  --watch_count_;
  if (!entry.waiting.empty()) rearm(watch.fd, entry);
}

void EpollPoller::set_wanted(bool& wanted, bool to) noexcept {
  if (wanted == to) return;
  wanted = to;
  to ? ++wanted_count_ : --wanted_count_;
}

int EpollPoller::receive(Watch& watch, void* into, std::size_t size) noexcept {
  if ((watch.link.ready & can_read) == 0) return set_wanted(watch.link.input_wanted, true), -EAGAIN;
  ssize_t got = 0;
  do got = ::recv(watch.fd, into, size, MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno != EAGAIN) return -errno;
  // Fewer bytes than asked for: the next ones come with an edge of their own, and so does the end, unless it was here
  // already. (A Unix socket also stops at descriptors that are sent along.)
  const bool sure = (watch.link.ready & (short_is_empty | hung_up)) == short_is_empty;
  const bool drained = got < 0 || (static_cast<std::size_t>(got) < size && sure);
  if (drained && got != 0) watch.link.ready &= static_cast<std::uint8_t>(~can_read);
  if (got >= 0) return static_cast<int>(got);
  set_wanted(watch.link.input_wanted, true);
  return -EAGAIN;
}

int EpollPoller::accept(Watch& watch) noexcept {
  const int accepted = accept_now(watch.fd);
  if (accepted == -EAGAIN) set_wanted(watch.link.input_wanted, true);
  return accepted;
}

void EpollPoller::want_input(Watch& watch) noexcept { set_wanted(watch.link.input_wanted, true); }
void EpollPoller::want_output(Watch& watch) noexcept { set_wanted(watch.link.output_wanted, true); }

void EpollPoller::tell(Watch& watch, std::uint32_t events) noexcept {
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  const bool input = broken || (events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP)) != 0;
  if ((events & EPOLLPRI) != 0)
    watch.link.ready &= static_cast<std::uint8_t>(~short_is_empty);  // reads stop at the mark
  const bool output = broken || (events & EPOLLOUT) != 0;
  watch.link.ready |= (input ? can_read : 0) | (output ? can_write : 0);
  if (broken || (events & EPOLLRDHUP) != 0) watch.link.ready |= hung_up;
  const int fd = watch.fd;
  const std::uint32_t generation = entries_[static_cast<std::size_t>(fd)].generation;
  if (input && watch.link.input_wanted) {
    set_wanted(watch.link.input_wanted, false);
    watch.input_changed();
    if (entries_[static_cast<std::size_t>(fd)].generation != generation) return;  // detached by its owner
  }
  if (output && watch.link.output_wanted) {
    set_wanted(watch.link.output_wanted, false);
    watch.output_changed();
  }
}

// ---- wait and wake
// ---------------------------------------------------------------------------------------------------

void EpollPoller::wake() noexcept {
  if (wake_state_.notify()) ring_bell(bell_);
}

bool EpollPoller::prepare_to_sleep() {
  slept_elsewhere_ = ended_count_ == 0 && wake_state_.sleep();
  return slept_elsewhere_;
}

void EpollPoller::wait(Nanos timeout) {
  if (slept_elsewhere_) {
    slept_elsewhere_ = false;
    wake_state_.awake();
    ask_kernel(0);  // the bell, too: its event makes our descriptor readable until it is fetched
    timeout = 0;
  }
  if (timeout != 0 && ended_count_ == 0 && wake_state_.sleep()) {
    ask_kernel(timeout);
    wake_state_.awake();
  } else {
    if (wake_state_.is_notified()) wake_state_.awake();
    if (waiting_count_ + watch_count_ != 0 && ended_count_ < completions_max) ask_kernel(0);
  }
  if (ended_count_ != 0) complete_ended(std::min<std::size_t>(ended_count_, completions_max));
}

void EpollPoller::ask_kernel(Nanos timeout) {
  epoll_event events[events_max];
  const int count = kernel_wait(events, timeout);
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 != bell_tag) report(events[i]);
  }
}

int EpollPoller::kernel_wait(epoll_event* events, Nanos timeout) noexcept {
  if (timeout > 0 && has_pwait2_) {
    const timespec limit{static_cast<time_t>(timeout / 1'000'000'000), static_cast<long>(timeout % 1'000'000'000)};
    const int count = ::epoll_pwait2(epoll_.get(), events, events_max, &limit, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    has_pwait2_ = false;  // Linux < 5.11, or a seccomp filter older than the call
  }
  const Nanos rounded_up = timeout < 0 ? -1 : timeout / 1'000'000 + (timeout % 1'000'000 != 0 ? 1 : 0);
  return ::epoll_wait(epoll_.get(), events, events_max, static_cast<int>(std::min<Nanos>(rounded_up, INT_MAX)));
}

void EpollPoller::report(const epoll_event& event) noexcept {
  const auto fd = static_cast<int>(event.data.u64 & 0xffff'ffff);
  FdEntry& entry = entries_[static_cast<std::size_t>(fd)];
  if (entry.generation != event.data.u64 >> 32) return;
  answer(entry, event.events);
  if (entry.watch != nullptr) return tell(*entry.watch, event.events);
  entry.armed = 0;
  if (!entry.waiting.empty()) rearm(fd, entry);
}

void EpollPoller::answer(FdEntry& entry, std::uint32_t events) noexcept {
  for (Operation* operation = entry.waiting.first(); operation != nullptr;) {
    Operation* next = operation->link.next;
    const std::uint32_t mask = interest_of(*operation) | EPOLLERR | EPOLLHUP;
    if (answers(events, *operation)) end(entry, *operation, static_cast<int>(events & mask));
    operation = next;
  }
}

void EpollPoller::rearm(int fd, FdEntry& entry) noexcept {
  std::uint32_t interest = 0;
  for (Operation* operation = entry.waiting.first(); operation != nullptr; operation = operation->link.next) {
    interest |= interest_of(*operation);
  }
  if (const int error = arm(fd, entry, interest)) end_all(entry, error);
}

// The descriptor was closed under its waiters, a misuse: better a clear error than a wait for ever.
void EpollPoller::end_all(FdEntry& entry, int error) noexcept {
  while (Operation* operation = entry.waiting.first()) end(entry, *operation, -error);
}

void EpollPoller::complete_ended(std::size_t limit) noexcept {
  for (; limit != 0; --limit) {
    Operation* operation = ended_.pop_front();
    --ended_count_;
    operation->link.state = idle;
    operation->complete();
  }
}

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() { return std::make_unique<EpollPoller>(); }

}  // namespace eddy::sys::detail
