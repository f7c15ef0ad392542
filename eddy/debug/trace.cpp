// SPDX-License-Identifier: MIT
#include "eddy/debug/trace.h"

#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/debug/detail/trace_recorder.h"
#include "eddy/debug/detail/trace_writer.h"

namespace eddy::debug {

/// The writer outlives its recorders.
class Trace::Impl {
 public:
  Impl(const std::string& path, const TraceOptions& options)
      : writer(std::make_unique<detail::TraceWriter>(path, options)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    recorders_.clear();
    // NOLINTNEXTLINE(bugprone-unused-return-value): it is left alone
    if (writer->in_child()) (void)writer.release();
  }

  void attach(Loop& loop, std::string_view name) {
    const std::lock_guard lock(mutex_);
    std::erase_if(recorders_, [](const auto& recorder) { return !recorder->loop(); });
    for (const auto& recorder : recorders_) {
      if (recorder->loop() == &loop) return;
    }
    recorders_.push_back(std::make_unique<detail::TraceRecorder>(*writer, name));
    recorders_.back()->begin(loop);
  }

  /// Calls for those of this thread's running loop.
  template <class F>
  void for_recorders_here(F f) {
    const std::lock_guard lock(mutex_);
    for (const auto& recorder : recorders_) {
      if (recorder->loop() && recorder->loop() == eddy::detail::running.loop) f(*recorder);
    }
  }

  std::unique_ptr<detail::TraceWriter> writer;

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<detail::TraceRecorder>> recorders_;
};

Trace::Trace(std::string path, TraceOptions options) : impl_(new Impl(path, options)) {
  if (Loop* here = eddy::detail::running.loop) {
    attach(*here);
  } else if (const std::string wrong = error(); !wrong.empty()) {
    std::fprintf(stderr, "eddy: trace: %s\n", wrong.c_str());
  }
}

Trace::~Trace() = default;

void Trace::attach(Loop& loop, std::string_view name) { impl_->attach(loop, name); }

void Trace::stop() noexcept {
  impl_->for_recorders_here([](detail::TraceRecorder& recorder) { recorder.pause(); });
  impl_->writer->set_stopped(true);
}

void Trace::start() noexcept { impl_->writer->set_stopped(false); }

void Trace::flush() {
  impl_->for_recorders_here([](detail::TraceRecorder& recorder) { recorder.flush(); });
  impl_->writer->drain();
}

std::uint64_t Trace::dropped() const noexcept { return impl_->writer->dropped(); }

std::string Trace::error() const { return impl_->writer->error(); }

}  // namespace eddy::debug
