// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/iter/async_generator.h"

namespace eddy {

/// What happened to a file or directory.
enum class FileChange : std::uint8_t {
  created,   ///< also: moved here from where nobody watches
  modified,  ///< its bytes
  written,   ///< somebody who could write has closed it
  removed,   ///< also: moved away to where nobody watches
  moved,     ///< from `from` to `path`, both watched
  gone,      ///< what was watched itself: removed, moved or unmounted. Nothing more comes from it
  overflow,  ///< events were lost, of everything that is watched: look again at all of it
};

/// One change. `path` begins with what was given to the watcher.
class FileEvent {
 public:
  FileEvent(FileChange what, std::string at) : change(what), path(std::move(at)) {}
  FileChange change;
  std::string path;
  std::string from;           ///< of what moved
  bool is_directory = false;  ///< what it happened to
};

/// Tells what happens in directories and to files: inotify. A directory's own entries only, not what is below them: add
/// those, when they are created.
///
///     FileWatcher watcher = co_await watch_directory("inbox");
///     for (;;) {
///       FileEvent event = co_await watcher.next();
///       if (event.change == FileChange::written) co_await take_in(event.path);
///     }
///
/// The kernel collects events from `add` on, also while nobody waits; a cancelled `next` loses none. One task waits at
/// a time. Many equal changes may be one event; what a program does beside the kernel (another machine on NFS, stores
/// to mapped memory) makes none.
///
/// Ownership: movable. Destroying it ends the watching. Thread: the loop's it was made on.
class [[nodiscard]] FileWatcher {
 public:
  /// Watches nothing yet. Needs a running loop.
  FileWatcher();
  FileWatcher(FileWatcher&& other) noexcept;
  FileWatcher& operator=(FileWatcher&& other) noexcept;
  ~FileWatcher();

  /// Watches a directory or a file, too, from here on. std::system_error with the path.
  [[nodiscard]] Task<> add(std::string path);
  /// What happened next.
  [[nodiscard]] Task<FileEvent> next();
  /// The same as a generator, without an end. The watcher must stay where it is meanwhile.
  [[nodiscard]] AsyncGenerator<FileEvent> events();

 private:
  class State;
  State& state() const;
  std::unique_ptr<State> state_;
};

/// A watcher of a directory (or of one file).
[[nodiscard]] Task<FileWatcher> watch_directory(std::string path);

}  // namespace eddy
