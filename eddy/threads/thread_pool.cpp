// SPDX-License-Identifier: MIT
#include "eddy/threads/thread_pool.h"

#include <algorithm>
#include <thread>

#include "eddy/core/loop.h"
#include "eddy/core/loop_service.h"
#include "eddy/threads/detail/pool_core.h"

namespace eddy {
namespace {

std::size_t cores() noexcept { return std::max<std::size_t>(std::thread::hardware_concurrency(), 1); }

/// The pool of `to_thread`: as many threads as Python's default executor, since most of them wait for something.
class DefaultPool final : public LoopService {
 public:
  explicit DefaultPool(Loop&)
      : pool(ThreadPoolOptions{}.threads(std::min<std::size_t>(cores() + 4, 32)).name("eddy-to_thread")) {}
  ThreadPool pool;
};

}  // namespace

detail::PoolRef detail::default_pool(Loop& loop) { return loop.service<DefaultPool>().pool.ref(); }

ThreadPool::ThreadPool(const ThreadPoolOptions& options)
    : core_(detail::PoolRef::adopt(
          new detail::PoolCore(options.threads_ == 0 ? cores() : options.threads_, options.queue_, options.name_))) {}

ThreadPool& ThreadPool::operator=(ThreadPool&& other) noexcept {
  if (this == &other) return *this;
  end();
  core_ = std::move(other.core_);
  return *this;
}

ThreadPool::~ThreadPool() { end(); }

void ThreadPool::end() noexcept {
  if (!core_) return;
  core_->close(true);
  core_->request_stops();
  core_->join(detail::kForever);
}

PoolShutdownReport ThreadPool::shutdown(detail::Nanos limit) {
  auto& core = *ref();
  std::size_t discarded = core.close(true);
  core.request_stops();
  return {discarded, core.join(limit)};
}

const detail::PoolRef& ThreadPool::ref() const {
  if (!core_) throw RuntimeError("this ThreadPool was moved from: use the one it was moved to");
  return core_;
}

const std::string& ThreadPool::name() const { return ref()->name(); }
std::size_t ThreadPool::threads_max() const { return ref()->threads_max(); }
std::size_t ThreadPool::queued() const { return ref()->counts().queued; }
std::size_t ThreadPool::waiting() const { return ref()->counts().waiting; }
std::size_t ThreadPool::running() const { return ref()->counts().running; }
std::size_t ThreadPool::abandoned() const { return ref()->counts().abandoned; }
bool ThreadPool::is_open() const { return !ref()->closed(); }

std::string PoolShutdownReport::message() const {
  std::string text = std::to_string(discarded_) + " function(s) never ran; " + std::to_string(left_.size()) +
                     " still run" + (left_.empty() ? "" : ": ");
  for (std::size_t i = 0; i < left_.size(); ++i) text += (i ? ", " : "") + left_[i];
  return text;
}

}  // namespace eddy
