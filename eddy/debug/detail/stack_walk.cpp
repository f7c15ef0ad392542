// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/stack_walk.h"

#include <ucontext.h>
#include <unwind.h>

namespace eddy::debug::detail {
namespace {

struct Walk {
  std::uintptr_t begin;  ///< where to begin; 0 for at once
  std::span<std::uintptr_t> into;
  std::size_t count = 0;
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
  if (at == 0 || walk.count == walk.into.size()) return _URC_END_OF_STACK;
  walk.into[walk.count++] = exact != 0 ? at : at - 1;  // a call's return address is behind it
  return _URC_NO_REASON;
}

}  // namespace

std::size_t walk_stack(const void* context, std::span<std::uintptr_t> into) noexcept {
  Walk walk{interrupted_at(context), into};
  _Unwind_Backtrace(visit, &walk);
  return walk.count;
}

}  // namespace eddy::debug::detail
