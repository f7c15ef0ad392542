// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/trace_environment.h"

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "eddy/core/loop.h"
#include "eddy/core/loop_service.h"
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

/// Keeps the trace as long as its loop is open.
class TraceOfLoop final : public LoopService {
 public:
  explicit TraceOfLoop(Loop& loop) : loop_(loop) {}
  void hold(std::shared_ptr<Trace> trace) {
    if (trace_) return;
    trace_ = std::move(trace);
    trace_->attach(loop_);
  }

 private:
  Loop& loop_;
  std::shared_ptr<Trace> trace_;
};

}  // namespace

void trace_from_environment(Loop& loop) {
  const char* path = std::getenv("EDDY_TRACE");
  if (path && *path != '\0') loop.service<TraceOfLoop>().hold(shared_trace(path));
}

}  // namespace eddy::debug::detail
