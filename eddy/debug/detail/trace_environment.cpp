// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/trace_environment.h"

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "eddy/core/loop.h"
#include "eddy/core/loop_observer.h"
#include "eddy/debug/trace.h"

namespace eddy::debug::detail {
namespace {

/// "run.json", then "run.2.json".
std::string numbered(std::string path, int number) {
  if (number == 1) return path;
  const std::size_t dot = path.rfind('.');
  const bool has_ending = dot != std::string::npos && path.find('/', dot) == std::string::npos;
  return path.insert(has_ending ? dot : path.size(), "." + std::to_string(number));
}

std::shared_ptr<Trace> shared_trace(const char* path) {
  static std::mutex mutex;
  static std::weak_ptr<Trace> current;
  static int traces = 0;
  const std::lock_guard lock(mutex);
  std::shared_ptr<Trace> trace = current.lock();
  if (!trace) {
    trace = std::make_shared<Trace>(numbered(path, ++traces));
    current = trace;
  }
  return trace;
}

/// Keeps the trace until its loop has closed, and has told the trace's recorder, which was attached before: a service
/// would go earlier, and the last loop of another thread with it.
class TraceHolder final : public LoopObserver {
 public:
  explicit TraceHolder(std::shared_ptr<Trace> trace) noexcept : trace_(std::move(trace)) {}

 private:
  void on_close() noexcept override { delete this; }

  std::shared_ptr<Trace> trace_;
};

}  // namespace

void trace_from_environment(Loop& loop) {
  const char* path = std::getenv("EDDY_TRACE");
  if (!path || *path == '\0') return;
  auto trace = shared_trace(path);
  trace->attach(loop);
  (new TraceHolder(std::move(trace)))->attach(loop);  // NOLINT(cppcoreguidelines-owning-memory): deletes itself
}

}  // namespace eddy::debug::detail
