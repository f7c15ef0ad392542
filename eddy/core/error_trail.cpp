// SPDX-License-Identifier: MIT
//
// An exception has no room for more, so its trail lies in a table, by its address. To know when that is another one's,
// the exception's destructor is replaced by one that forgets the trail first (design record 0011).
//
// 1. In the table ⟺ its destructor is ours. So what is found is always the trail of this very exception.
// 2. An exception is handled, or held by an exception_ptr, while its trail is noted: it cannot go meanwhile.
#include "eddy/core/error_trail.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <typeinfo>
#include <unordered_map>
#include <utility>

#include "eddy/core/task_state.h"

namespace eddy::detail {
namespace {

constexpr std::size_t kInnermost = 48;  // kept of a trail, and
constexpr std::size_t kOutermost = 48;

using Destructor = void (*)(void*);

/// The end of what the C++ ABI puts in front of an exception: from its type to where it begins.
struct ExceptionHeader {
  const std::type_info* type;
  Destructor destructor;
  void* handlers[3];
  int counts[2];
  void* places[4];
  alignas(16) unsigned char unwinder[32];
};

ExceptionHeader& header_of(void* error) noexcept { return *(static_cast<ExceptionHeader*>(error) - 1); }

class Note {
 public:
  Destructor destructor = nullptr;  ///< its own

  void add(TrailStep step) {
    const std::size_t at = passed_ < kInnermost ? passed_ : kInnermost + (passed_ - kInnermost) % kOutermost;
    if (at == steps_.size()) {
      steps_.push_back(std::move(step));
    } else {
      steps_[at] = std::move(step);
    }
    ++passed_;
  }
  Trail read() const {
    Trail trail{steps_, passed_ - steps_.size(), kInnermost};
    if (trail.hidden > 0) {  // the outermost ones lie in a ring
      auto outermost = trail.steps.begin() + kInnermost;
      std::rotate(outermost, outermost + static_cast<std::ptrdiff_t>((passed_ - kInnermost) % kOutermost),
                  trail.steps.end());
    }
    return trail;
  }

 private:
  std::vector<TrailStep> steps_;
  std::size_t passed_ = 0;
};

/// Of all threads, since errors go from one to the other.
struct Notes {
  std::mutex mutex;
  std::unordered_map<const void*, Note> of;
};

Notes& notes() {
  static auto* all = new Notes;  // never destroyed: errors are thrown to the very end
  return *all;
}

/// What is called instead of the destructor of an exception that has a trail.
void forget(void* error) {
  Destructor destructor = nullptr;
  {
    Notes& all = notes();
    const std::lock_guard lock(all.mutex);
    auto found = all.of.find(error);
    destructor = found->second.destructor;
    all.of.erase(found);
  }
  if (destructor) destructor(error);
}

/// The note of an exception that is being handled; null if it does not look as it should: another ABI, another
/// language.
Note* note_of(Notes& all, void* error) {
  if (auto found = all.of.find(error); found != all.of.end()) return &found->second;
  ExceptionHeader& header = header_of(error);
  if (header.type != abi::__cxa_current_exception_type()) return nullptr;
  Note& note = all.of[error];
  note.destructor = std::exchange(header.destructor, &forget);
  return &note;
}

void* address(const std::exception_ptr& error) noexcept {
  static_assert(sizeof error == sizeof(void*), "an exception_ptr is the address of its exception");
  void* address = nullptr;
  std::memcpy(&address, &error, sizeof address);
  return address;
}

void note(const std::exception_ptr& error, TrailStep step) {
  if (!error) return;
  Notes& all = notes();
  const std::lock_guard lock(all.mutex);
  if (Note* note = note_of(all, address(error))) note->add(std::move(step));
}

}  // namespace

const void* address_of_error(const std::exception_ptr& error) noexcept { return address(error); }

void note_coroutine(const std::exception_ptr& error, const std::source_location& where) noexcept {
  try {
    note(error, {where, {}});
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for it, and the error goes on
  }
}

void note_task(const std::exception_ptr& error, const TaskBase& task) noexcept {
  try {
    note(error, {std::source_location(), task.name()});
  } catch (...) {  // NOLINT(bugprone-empty-catch): as above
  }
}

Trail trail_of(const void* error) {
  Notes& all = notes();
  const std::lock_guard lock(all.mutex);
  auto found = all.of.find(error);
  return found == all.of.end() ? Trail() : found->second.read();
}

}  // namespace eddy::detail
