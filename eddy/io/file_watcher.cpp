// SPDX-License-Identifier: MIT
#include "eddy/io/file_watcher.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <optional>
#include <unordered_map>

#include <sys/inotify.h>

#include "eddy/io/detail/file_calls.h"
#include "eddy/io/pipe.h"
#include "eddy/io/stream_error.h"
#include "eddy/threads/to_thread.h"
#include "eddy/time/timeout.h"

namespace eddy {

namespace {

constexpr std::uint32_t kMask =
    IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_DELETE | IN_MOVE | IN_DELETE_SELF | IN_MOVE_SELF;
// The two halves of a move come one right after the other.
constexpr std::chrono::milliseconds kOtherHalf{10};

int watch_now(int inotify, const std::string& path) {
  const int number = ::inotify_add_watch(inotify, path.c_str(), kMask);
  if (number >= 0) return number;
  const int error = errno;
  detail::fail_path("watch", error == ENOSPC ? path + " (see sysctl fs.inotify.max_user_watches)" : path, error);
}

FileChange change_of(std::uint32_t mask) noexcept {
  if ((mask & IN_CREATE) != 0) return FileChange::created;
  if ((mask & IN_MODIFY) != 0) return FileChange::modified;
  if ((mask & IN_CLOSE_WRITE) != 0) return FileChange::written;
  if ((mask & IN_DELETE) != 0) return FileChange::removed;
  return FileChange::gone;
}

}  // namespace

/// What it has heard and not told.
class FileWatcher::State {
 public:
  State()
      : stream_(
            stream_from_pipe(sys::check_fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "inotify_init1"), "a watcher")) {}

  [[nodiscard]] int fd() const noexcept { return stream_.fd(); }
  void add(int number, std::string path) { paths_[number] = std::move(path); }

  Task<FileEvent> next() {
    while (told_.empty()) {
      if (leaving_) {
        co_await wait_for_other_half();
      } else {
        take_in(co_await stream_.read_some(std::span<char>(memory_)));
      }
    }
    FileEvent event = std::move(told_.front());
    told_.pop_front();
    co_return event;
  }

 private:
  Task<> wait_for_other_half() {
    const auto got = co_await try_for(stream_.read_some(std::span<char>(memory_)), kOtherHalf);
    got ? take_in(*got) : let_go();
  }

  void take_in(std::size_t size) {
    for (std::size_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, memory_ + at, sizeof event);
      take_in(event, memory_ + at + sizeof event);
      at += sizeof event + event.len;
    }
  }

  void take_in(const inotify_event& event, const char* name) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) return tell(FileEvent(FileChange::overflow, ""));
    const auto found = paths_.find(event.wd);
    if (found == paths_.end()) return;
    if ((event.mask & IN_IGNORED) != 0) return static_cast<void>(paths_.erase(found));
    FileEvent told(change_of(event.mask), event.len == 0 ? found->second : found->second + "/" + name);
    told.is_directory = (event.mask & IN_ISDIR) != 0;
    if ((event.mask & IN_MOVED_FROM) != 0) return leave(std::move(told), event.cookie);
    if ((event.mask & IN_MOVED_TO) != 0) return arrive(std::move(told), event.cookie);
    tell(std::move(told));
  }

  void leave(FileEvent event, std::uint32_t cookie) {
    let_go();
    leaving_.emplace(std::move(event));
    cookie_ = cookie;
  }

  void arrive(FileEvent event, std::uint32_t cookie) {
    event.change = leaving_ && cookie_ == cookie ? FileChange::moved : FileChange::created;
    if (event.change == FileChange::moved) {
      event.from = std::move(leaving_->path);
      leaving_.reset();
    }
    tell(std::move(event));
  }

  // No other half: it has gone to where nobody watches.
  void let_go() {
    if (!leaving_) return;
    leaving_->change = FileChange::removed;
    tell(std::move(*leaving_));
    leaving_.reset();
  }

  void tell(FileEvent event) { told_.push_back(std::move(event)); }

  Stream stream_;
  std::unordered_map<int, std::string> paths_;
  std::deque<FileEvent> told_;
  std::optional<FileEvent> leaving_;  ///< the first half of a move
  std::uint32_t cookie_ = 0;
  char memory_[16 * 1024];
};

FileWatcher::FileWatcher() : state_(std::make_unique<State>()) {}
FileWatcher::FileWatcher(FileWatcher&& other) noexcept = default;
FileWatcher& FileWatcher::operator=(FileWatcher&& other) noexcept = default;
FileWatcher::~FileWatcher() = default;

FileWatcher::State& FileWatcher::state() const {
  if (!state_) throw ClosedError("this FileWatcher was moved from: use the one it was moved to");
  return *state_;
}

Task<> FileWatcher::add(std::string path) {
  State& here = state();
  const int number = co_await to_thread(watch_now, here.fd(), path);
  here.add(number, std::move(path));
}

Task<FileEvent> FileWatcher::next() { return state().next(); }

AsyncGenerator<FileEvent> FileWatcher::events() {
  for (;;) {
    FileEvent event = co_await next();
    co_yield std::move(event);
  }
}

Task<FileWatcher> watch_directory(std::string path) {
  FileWatcher watcher;
  co_await watcher.add(std::move(path));
  co_return watcher;
}

}  // namespace eddy
