// SPDX-License-Identifier: MIT
//
// Slices on a track nest. A task's track has its life, from its first dispatch (or from when we came) to its end, and
// in it, one after the other, runs and waits. The loop's track has turns, with callbacks in them, and sleeps. Each
// slice is written down when it ends, so on each track ends ascend.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eddy/core/call_handle.h"
#include "eddy/core/loop_observer.h"
#include "eddy/core/task_state.h"
#include "eddy/debug/detail/task_table.h"
#include "eddy/debug/detail/trace_writer.h"

namespace eddy::debug::detail {

using eddy::detail::Strand;
using eddy::detail::TaskBase;

/// Hands out tracks: one that is free again goes to the next task of the same label.
class TraceTracks {
 public:
  struct Track {
    std::uint32_t number;
    std::uint32_t label;
    std::string name;  ///< of a new one, else empty
  };
  Track take(const std::string& label);
  void give_back(std::uint32_t label, std::uint32_t track) { labels_[label].free.push_back(track); }
  /// Whether there is room for a label of its own.
  bool knows(const std::string& label) const { return numbers_.contains(label) || labels_.size() < kLabelsMax; }

 private:
  static constexpr std::size_t kLabelsMax = 2000;
  struct Label {
    std::uint32_t count = 0;
    std::vector<std::uint32_t> free;
  };
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<Label> labels_;
  std::uint32_t last_ = 0;
};

/// Takes down what one loop does, for a trace.
class TraceRecorder final : public LoopObserver {
 public:
  TraceRecorder(TraceWriter& writer, std::string_view name);
  TraceRecorder(const TraceRecorder&) = delete;
  TraceRecorder& operator=(const TraceRecorder&) = delete;
  /// Ends what is open. The loop's thread, if it is still attached.
  ~TraceRecorder();

  void begin(Loop& loop);
  /// That it takes down; null once that has closed, and this may be destroyed. Any thread.
  Loop* loop() const noexcept { return of_.load(std::memory_order_acquire); }
  /// Ends what is open, and gives it to the writer; what goes on is begun anew.
  void pause();
  /// Gives the writer what there is.
  void flush();

 private:
  static constexpr std::size_t kTasksMax = std::size_t{1} << 16;

  struct Entry {
    std::uint32_t track = 0;  ///< 0: none yet
    std::uint32_t label = 0;
    Nanos begun = 0;
    Nanos waits_since = 0;
    WaitName wait;
    std::source_location wait_at{};
    std::source_location body{};
    std::uint32_t starter_track = 0;
    Nanos started = 0;  ///< by whom that is
    bool has_run = false;
  };
  struct Run {
    Strand* strand = nullptr;
    std::source_location from{};
    Nanos begin = 0;
  };

  void on_turn(const LoopTurn& turn) noexcept override;
  void on_turn_end(Nanos at) noexcept override;
  void on_dispatch(eddy::detail::Node& node, Nanos at) noexcept override;
  void on_dispatch_end(Nanos at) noexcept override;
  void on_start(Strand& strand, Nanos at) noexcept override;
  void on_begin(TaskBase& task, const std::source_location* body) noexcept override;
  void on_cancel(Strand& strand, Nanos at) noexcept override;
  void on_end(Strand& strand, Strand* next, Nanos at) noexcept override;
  void on_close() noexcept override;

  bool awake() noexcept;
  void end_quietly() noexcept;
  bool wants(std::uint32_t category) const noexcept { return (categories_ & category) != 0; }
  void begin_run(Strand* strand, const std::source_location& from, Nanos at) noexcept;
  void end_run(Nanos at, bool ended) noexcept;
  void end_wait(Entry& entry, Nanos at) noexcept;
  void begin_wait(Entry& entry, const Strand& strand, Nanos at) noexcept;
  void end_life(const Strand& strand, const Entry& entry, TaskOutcome outcome, Nanos at) noexcept;
  void mark_end(const Strand& strand, const Entry& entry, TaskOutcome outcome, Nanos at);
  void end_all(Nanos at) noexcept;
  void end_turn(Nanos at) noexcept;
  void arrive(Entry& entry) noexcept;
  void give_track(const Strand& strand, Entry& entry, Nanos at) noexcept;
  std::string label_of(const Strand& strand, const Entry& entry) const;
  void count(TraceKind kind, std::uint64_t value, std::uint64_t& last, Nanos at) noexcept;
  void mark(TraceKind kind, std::uint32_t track, Nanos at, std::string_view text) noexcept;
  void slice(TraceKind kind, std::uint32_t track, Nanos from, Nanos to, TraceEvent event) noexcept;
  void add(const TraceEvent& event, std::string_view text = {}) noexcept;
  bool make_room(std::string_view text) noexcept;
  void hand_over();
  void tell_error() noexcept;

  TraceWriter& writer_;
  std::atomic<Loop*> of_{nullptr};
  const std::uint32_t number_;
  const std::uint32_t categories_;
  std::string name_;
  TraceWriter::Chunk chunk_;
  Nanos handed_over_ = 0;
  std::uint32_t starving_ = 0;  ///< so many events are left out before it asks for another chunk
  bool named_ = false;
  bool asleep_ = false;
  bool told_ = false;
  TaskTable<Entry> tasks_;  ///< and branches
  TraceTracks tracks_;
  Run run_;
  Nanos turn_begin_ = 0;
  std::uint64_t dispatches_ = 0;
  std::uint64_t last_ready_ = UINT64_MAX;
  std::uint64_t last_tasks_ = UINT64_MAX;
  CallHandle telling_;
};

}  // namespace eddy::debug::detail
