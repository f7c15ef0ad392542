// SPDX-License-Identifier: MIT
//
// 1. A chunk belongs to the loop that fills it, to the list of full ones, to the writing thread, or to the list of
//    empty ones; there are at most kChunksMax.
// 2. What is in the file is a JSON array at any time: each write ends it, the next one begins in place of that end.
// 3. After an error, and when the file is full, chunks go round without being written.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "eddy/debug/detail/trace_event.h"
#include "eddy/debug/detail/trace_json.h"
#include "eddy/debug/trace.h"
#include "eddy/sys/fd.h"

namespace eddy::debug::detail {

/// The file of a trace, and the thread that writes it. Any thread.
class TraceWriter {
 public:
  using Chunk = std::unique_ptr<TraceChunk>;

  /// Does not throw when the file cannot be made: see `error`.
  TraceWriter(const std::string& path, const TraceOptions& options);
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;
  /// Writes what has been given. Not in a forked child, where it can only be left alone.
  ~TraceWriter();

  const TraceOptions& options() const noexcept { return options_; }
  /// Whether events are of use: not stopped, full, failed, or in a forked child.
  bool wants_events() const noexcept { return open_.load(std::memory_order_relaxed); }
  void set_stopped(bool stopped) noexcept;

  /// A number for another loop, from 1.
  std::uint32_t add_loop() noexcept { return ++loops_; }
  /// A number for another arrow.
  std::uint64_t next_arrow() noexcept { return arrows_.fetch_add(1, std::memory_order_relaxed) + 1; }

  /// An empty chunk; null when too many are on their way.
  Chunk take_empty();
  void give_full(Chunk chunk);
  void add_dropped(std::uint64_t events) noexcept { dropped_ += events; }
  std::uint64_t dropped() const noexcept { return dropped_; }

  /// Waits until all that was given is in the file.
  void drain();
  /// This process is not the one that it was made in: its thread is not here, its mutex may be locked for ever.
  bool in_child() const noexcept;
  std::string error() const;

 private:
  static constexpr std::size_t kChunksMax = 24;

  void begin_file();
  void start_thread();
  void run();
  void write(const TraceChunk& chunk);
  void write_text(const std::string& text);
  std::uint64_t end_after(std::size_t more) const noexcept;
  void end_file() noexcept;
  void fail(const std::string& what, int error);
  void update() noexcept;

  const TraceOptions options_;
  const std::string path_;
  const int process_;
  sys::Fd file_;
  std::uint64_t end_ = 0;  ///< of the events in the file, where the array's end stands
  std::uint64_t events_ = 0;
  TraceJson json_;

  std::atomic<bool> open_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> full_{false};
  std::atomic<bool> failed_{false};
  std::atomic<std::uint32_t> loops_{0};
  std::atomic<std::uint64_t> arrows_{0};
  std::atomic<std::uint64_t> dropped_{0};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Chunk> full_chunks_;
  std::vector<Chunk> empty_chunks_;
  std::size_t chunks_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t written_ = 0;
  bool ending_ = false;
  std::string error_;
  std::thread thread_;
};

}  // namespace eddy::debug::detail
