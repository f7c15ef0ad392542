// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/stack_walk.h"

#include <algorithm>

#include <ucontext.h>
#include <unwind.h>

namespace eddy::debug::detail {
namespace {

constexpr std::size_t kFramesMax = 20'000;  // a microsecond each

struct Walk {
  std::uintptr_t begin;  ///< where to begin; 0 for at once
  std::span<std::uintptr_t> into;
  std::size_t count = 0;

  /// The second half is a ring: of what does not fit, the last remain.
  void note(std::uintptr_t address) noexcept {
    const std::size_t half = into.size() / 2;
    const std::size_t at = count < into.size() ? count : half + (count - half) % (into.size() - half);
    into[at] = address;
    ++count;
  }
  StackWalk end() noexcept {
    if (count <= into.size()) return {count, 0};
    const auto half = static_cast<std::ptrdiff_t>(into.size() / 2);
    const auto oldest = static_cast<std::ptrdiff_t>((count - into.size() / 2) % (into.size() - into.size() / 2));
    std::rotate(into.begin() + half, into.begin() + half + oldest, into.end());
    return {into.size(), count - into.size()};
  }
};

std::uintptr_t interrupted_at(const void* context) noexcept {
  if (!context) return 0;
  [[maybe_unused]] const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(registers.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return registers.pc;
#else
  return 0;
#endif
}

_Unwind_Reason_Code visit(_Unwind_Context* frame, void* data) noexcept {
  auto& walk = *static_cast<Walk*>(data);
  int exact = 0;
  const std::uintptr_t at = _Unwind_GetIPInfo(frame, &exact);
  if (walk.begin != 0 && at != walk.begin) return _URC_NO_REASON;  // still in the handler
  walk.begin = 0;
  if (at == 0 || walk.count == kFramesMax) return _URC_END_OF_STACK;
  walk.note(exact != 0 ? at : at - 1);  // a call's return address is behind it
  return _URC_NO_REASON;
}

}  // namespace

StackWalk walk_stack(const void* context, std::span<std::uintptr_t> into) noexcept {
  Walk walk{interrupted_at(context), into};
  _Unwind_Backtrace(visit, &walk);
  return walk.end();
}

}  // namespace eddy::debug::detail
