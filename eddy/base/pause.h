// SPDX-License-Identifier: MIT
#pragma once

namespace eddy::detail {

/// Tells the processor that this loop waits for another thread: it uses less power, and a sibling thread gets on.
inline void pause_processor() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace eddy::detail
