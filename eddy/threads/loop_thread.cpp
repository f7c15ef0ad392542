// SPDX-License-Identifier: MIT
#include "eddy/threads/loop_thread.h"

#include <mutex>
#include <thread>

#include "eddy/core/loop.h"
#include "eddy/sys/thread.h"

namespace eddy {

struct LoopThread::Thread {
  explicit Thread(std::string name) {
    sys::BlockSignals block;
    thread = std::thread([this, name = std::move(name)] {
      sys::set_thread_name(name);
      loop.run_forever();
      loop.close();
    });
  }
  ~Thread() { join(); }

  void join() {
    const std::lock_guard lock(joining);
    if (!thread.joinable()) return;
    try {
      loop.call_soon_threadsafe([this] { loop.stop(); });
    } catch (const RuntimeError&) {  // NOLINT(bugprone-empty-catch): closed, since one of its tasks stopped it
    }
    thread.join();
  }

  Loop loop;
  std::mutex joining;
  std::thread thread;
};

LoopThread::LoopThread(std::string name) : thread_(new Thread(std::move(name))) {}

LoopThread::LoopThread(LoopThread&&) noexcept = default;

LoopThread& LoopThread::operator=(LoopThread&& other) noexcept {
  thread_ = std::move(other.thread_);
  return *this;
}

LoopThread::~LoopThread() = default;

Loop& LoopThread::loop() {
  if (!thread_) throw RuntimeError("this LoopThread was moved from: use the one it was moved to");
  return thread_->loop;
}

void LoopThread::stop() {
  if (!thread_) return;
  if (detail::running.loop == &thread_->loop) {
    throw RuntimeError("LoopThread::stop() joins the thread, so it cannot be called on it: call it from another one");
  }
  thread_->join();
}

}  // namespace eddy
