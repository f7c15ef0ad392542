// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/trace_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

#include "eddy/sys/clock.h"

namespace eddy::debug::detail {
namespace {

constexpr std::string_view kEnd = "\n]\n";
constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kArrowEndMax = 256;

/// The other end of an arrow follows at once: there must be room for both.
std::size_t room_behind(const TraceEvent& event) noexcept { return event.kind == TraceKind::spawn ? kArrowEndMax : 0; }

}  // namespace

TraceWriter::TraceWriter(const std::string& path, const TraceOptions& options)
    : options_(options),
      path_(path),
      process_(::getpid()),
      file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)),
      json_(sys::monotonic_now()) {
  begin_file();
  full_chunks_.reserve(kChunksMax);
  empty_chunks_.reserve(kChunksMax);
  if (!failed_) start_thread();
  update();
}

// Locked, so that there is no second trace in it, of this process or of another one.
void TraceWriter::begin_file() {
  if (!file_) return fail("open", errno);
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    file_.reset();
    return fail("open, because another trace is being written to", EBUSY);
  }
  static_cast<void>(::ftruncate(file_.get(), 0));  // of a device it fails
  write_text("[");
}

// Without signals: these are for the program's own threads.
void TraceWriter::start_thread() {
  ::sigset_t all;
  ::sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    fail("start a thread for", error.code().value());
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TraceWriter::~TraceWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool TraceWriter::in_child() const noexcept { return ::getpid() != process_; }

void TraceWriter::set_stopped(bool stopped) noexcept {
  stopped_ = stopped;
  update();
}

void TraceWriter::update() noexcept { open_ = !failed_ && !stopped_ && !full_; }

// --- the loops' side -------------------------------------------------------------------------------------------------

TraceWriter::Chunk TraceWriter::take_empty() {
  if (in_child()) {
    full_ = true;
    update();
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  if (!empty_chunks_.empty()) {
    Chunk chunk = std::move(empty_chunks_.back());
    empty_chunks_.pop_back();
    return chunk;
  }
  if (chunks_ == kChunksMax) return nullptr;
  ++chunks_;
  auto chunk = std::make_unique<TraceChunk>();
  chunk->events.reserve(TraceChunk::kEvents);
  return chunk;
}

void TraceWriter::give_full(Chunk chunk) {
  if (in_child()) return;
  {
    const std::lock_guard lock(mutex_);
    ++given_;
    full_chunks_.push_back(std::move(chunk));
  }
  changed_.notify_all();
}

void TraceWriter::drain() {
  if (in_child() || !thread_.joinable()) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return written_ == given_; });
}

std::string TraceWriter::error() const {
  if (in_child()) return "in a forked child";
  const std::lock_guard lock(mutex_);
  return error_;
}

// --- the thread ------------------------------------------------------------------------------------------------------

void TraceWriter::run() {
  std::vector<Chunk> chunks;
  chunks.reserve(kChunksMax);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !full_chunks_.empty(); });
    if (full_chunks_.empty()) return;
    chunks.swap(full_chunks_);
    lock.unlock();
    for (const Chunk& chunk : chunks) {
      write(*chunk);
      chunk->events.clear();
      chunk->text.clear();
    }
    lock.lock();
    written_ += chunks.size();
    for (Chunk& chunk : chunks) empty_chunks_.push_back(std::move(chunk));
    chunks.clear();
    changed_.notify_all();
  }
}

// In pieces, most of which lie within a page: a process that is killed stops between the pages of a write.
void TraceWriter::write(const TraceChunk& chunk) {
  std::string text;
  std::string next;
  for (const TraceEvent& event : chunk.events) {
    if (full_) break;
    next = events_ > 0 ? ",\n" : "\n";
    json_.append(next, chunk, event);
    if (end_after(text.size() + next.size() + room_behind(event)) > options_.max_bytes() ||
        events_ == options_.max_events()) {
      full_ = true;
      update();
      break;
    }
    ++events_;
    const bool crosses = end_after(text.size() + next.size()) / kPage != end_ / kPage;
    if (crosses && !text.empty()) write_text(std::exchange(text, {}));
    text += next;
  }
  write_text(text);
}

std::uint64_t TraceWriter::end_after(std::size_t more) const noexcept { return end_ + more + kEnd.size(); }

void TraceWriter::write_text(const std::string& text) {
  if (failed_) return;
  const std::string all = text + std::string(kEnd);
  for (std::size_t done = 0; done < all.size();) {
    const ::ssize_t count =
        ::pwrite(file_.get(), all.data() + done, all.size() - done, static_cast<::off_t>(end_ + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail("write", errno);
    done += static_cast<std::size_t>(count);
  }
  end_ += text.size();
}

/// What was written last is only a part: away with it.
void TraceWriter::end_file() noexcept {
  const auto end = static_cast<::off_t>(end_);
  (void)!::ftruncate(file_.get(), end);
  (void)!::pwrite(file_.get(), kEnd.data(), kEnd.size(), end);
}

void TraceWriter::fail(const std::string& what, int error) {
  const std::lock_guard lock(mutex_);
  error_ = what + " " + path_ + ": " + std::generic_category().message(error) + "; the trace has ended";
  if (file_ && end_ > 0) end_file();
  failed_ = true;
  update();
}

}  // namespace eddy::debug::detail
