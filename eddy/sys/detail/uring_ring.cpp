// SPDX-License-Identifier: MIT
#include "eddy/sys/detail/uring_ring.h"

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include <liburing.h>

#include "eddy/sys/fd.h"

namespace eddy::sys::detail {

namespace {

constexpr unsigned sq_entries = 256;
constexpr unsigned cq_entries = 1024;

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

}  // namespace

UringRing::UringRing() : ring_(std::make_unique<io_uring>()) { open(); }
UringRing::~UringRing() { close(); }

void UringRing::reopen() {
  close();
  open();
}

void UringRing::enable() {
  // liburing 2.3 declares io_uring_enable_rings but its shared library does not export it.
  const int result =
      ::io_uring_register(static_cast<unsigned>(ring_->ring_fd), IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  if (result < 0) throw_error("io_uring_register(ENABLE_RINGS)", -result);
}

void UringRing::open() {
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
static constinit std::atomic<unsigned> rings_unmapped{0};

void UringRing::close() noexcept {
  rings_unmapped.fetch_add(1, std::memory_order_release);
  if (open_) ::io_uring_queue_exit(ring_.get());
  open_ = false;
}

int UringRing::try_flags(unsigned flags) noexcept {
  io_uring_params params{};
  params.flags = flags | IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
  params.cq_entries = cq_entries;
  const int result = ::io_uring_queue_init_params(sq_entries, ring_.get(), &params);
  static_cast<void>(rings_unmapped.load(std::memory_order_acquire));
  return -result;
}

void UringRing::require_features() {
  // RSRC_TAGS came with Linux 5.13, as did multishot poll, which has no flag of its own.
  constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_RSRC_TAGS;
  if ((ring_->features & needed) == needed) return;
  close();  // the destructor of an owner that was never built does not run
  refuse(ENOSYS, "the kernel is older than Linux 5.13");
}

}  // namespace eddy::sys::detail
