// SPDX-License-Identifier: MIT
#pragma once

// Clang answers through __has_feature, GCC 12 through macros.
#if defined(__has_feature)
#define EDDY_SANITIZER(feature, macro) __has_feature(feature)
#else
#define EDDY_SANITIZER(feature, macro) macro
#endif
#if !defined(__SANITIZE_ADDRESS__)
#define EDDY_GCC_ADDRESS 0
#else
#define EDDY_GCC_ADDRESS 1
#endif
#if !defined(__SANITIZE_THREAD__)
#define EDDY_GCC_THREAD 0
#else
#define EDDY_GCC_THREAD 1
#endif

namespace eddy::detail {

/// What this translation unit is compiled with.
inline constexpr bool kAddressSanitizer = EDDY_SANITIZER(address_sanitizer, EDDY_GCC_ADDRESS);
inline constexpr bool kThreadSanitizer = EDDY_SANITIZER(thread_sanitizer, EDDY_GCC_THREAD);
inline constexpr bool kMemorySanitizer = EDDY_SANITIZER(memory_sanitizer, 0);
inline constexpr bool kSanitized = kAddressSanitizer || kThreadSanitizer || kMemorySanitizer;

}  // namespace eddy::detail

#undef EDDY_SANITIZER
#undef EDDY_GCC_ADDRESS
#undef EDDY_GCC_THREAD
