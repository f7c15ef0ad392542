// SPDX-License-Identifier: MIT
#include "eddy/core/run.h"

#include <csignal>
#include <stdexcept>

#include "eddy/base/error.h"

namespace eddy {
namespace {

bool interrupt_is_free() noexcept {
  struct sigaction current{};
  return sigaction(SIGINT, nullptr, &current) == 0 && !(current.sa_flags & SA_SIGINFO) && current.sa_handler == SIG_DFL;
}

}  // namespace

Runner::Runner(const RunOptions& options) : handle_signals_(options.handle_signals_ && interrupt_is_free()) {
  if (detail::running.loop) {
    throw RuntimeError("run() cannot be called from a running event loop: co_await the task instead");
  }
  loop_.emplace();
  if (options.debug_ >= 0) loop_->set_debug(options.debug_ == 1);
  if (options.slow_callback_ >= 0) loop_->set_slow_callback(Duration(options.slow_callback_));
  if (options.slow_cleanup_ >= 0) loop_->set_slow_cleanup(Duration(options.slow_cleanup_));
  if (options.shutdown_grace_ >= 0) loop_->set_shutdown_grace(Duration(options.shutdown_grace_));
}

Runner::~Runner() = default;

void Runner::watch_interrupt(AnyTask main) {
  if (!handle_signals_) return;
  main_ = std::move(main);
  try {
    loop_->add_signal_handler(SIGINT, [this] { interrupt(); });
  } catch (const std::logic_error&) {  // NOLINT(bugprone-empty-catch): another thread's run() was faster
  }
}

void Runner::interrupt() {
  loop_->remove_signal_handler(SIGINT);  // a second one ends the process, also while a cleanup blocks this thread
  interrupted_ = true;
  if (main_.cancel("interrupted (SIGINT)")) return;
  interrupted_late_ = true;
  loop_->set_shutdown_grace(Duration::zero());
}

void Runner::finish() {
  bool died = interrupted_ && main_.done() && main_.cancelled();
  loop_->close();
  main_ = AnyTask();
  if (died || interrupted_late_) std::raise(SIGINT);
}

}  // namespace eddy
