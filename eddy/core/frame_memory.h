// SPDX-License-Identifier: MIT
//
// Invariants
//  1. A block up to `pooled_bytes_max` lies in one 64 KiB-aligned slab whose header names its home heap for good. It
//  has
//     no header of its own and keeps its size class for as long as the slab lives.
//  2. A heap's lists and counters are touched only by the thread that owns it; other threads reach its remote list
//  only.
//  3. A heap lives while one of its blocks does: an exiting thread abandons it to the next thread that needs one.
//  4. `this_heap` is never null: a thread without a heap points at `no_heap`, whose lists are always empty and which is
//     nobody's home, so the fast paths need no check for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "eddy/base/sanitizers.h"

namespace eddy {

/// What the calling thread's frame heap has done. A block freed by another thread counts where it was allocated.
/// A heap adopted from an exited thread brings that thread's numbers along.
struct FrameStats {
  std::uint64_t allocated = 0;     ///< blocks handed out
  std::uint64_t freed = 0;         ///< blocks that came back, from any thread
  std::uint64_t live = 0;          ///< allocated - freed
  std::uint64_t freed_remote = 0;  ///< those of `freed` that other threads sent home
  std::size_t slab_bytes = 0;      ///< memory held for pooled blocks
};

/// Exact at the moment of the call (it collects remote frees first), hence not free: for tests and dumps.
[[nodiscard]] FrameStats frame_stats() noexcept;

namespace detail {

/// Under AddressSanitizer nothing is pooled: every block is its own ::operator new, so a use after free is found.
/// The one place that decides.
inline constexpr bool frame_pooling = !kAddressSanitizer;

inline constexpr std::size_t frame_slab_bytes = 64 * 1024;
inline constexpr std::size_t frame_quantum = 16;
inline constexpr std::size_t inline_bytes_max = 1024;  ///< 16-byte steps, inline fast path
inline constexpr std::size_t pooled_bytes_max = 4096;  ///< four classes per doubling, out of line
inline constexpr std::size_t fine_classes = inline_bytes_max / frame_quantum + 1;  // class 0 serves zero bytes
inline constexpr std::size_t frame_classes = fine_classes + 8;

struct FreeBlock {
  FreeBlock* next;
};

/// The part of a thread's heap that the fast paths touch; the rest is in the .cpp.
struct FrameHeap {
  std::uint64_t allocated = 0;
  std::uint64_t freed = 0;
  FreeBlock* free[frame_classes] = {};
};

struct FrameSlab {
  FrameHeap* home;
};

extern FrameHeap no_heap;
// initial-exec: one load off the thread pointer also in a shared library, no call to __tls_get_addr.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local FrameHeap* this_heap;

[[nodiscard]] void* frame_allocate_slow(std::size_t bytes);
void frame_free_slow(void* block, std::size_t bytes) noexcept;

inline FrameSlab* frame_slab_of(void* block) noexcept {
  return reinterpret_cast<FrameSlab*>(reinterpret_cast<std::uintptr_t>(block) & ~(frame_slab_bytes - 1));
}

constexpr std::size_t fine_class(std::size_t bytes) noexcept { return (bytes + frame_quantum - 1) / frame_quantum; }

}  // namespace detail

/// `bytes` of memory for a coroutine frame or a task state, aligned to 16; throws std::bad_alloc.
/// Owned by the caller until frame_free. Not for buffers: small, short-lived, many.
[[nodiscard, gnu::always_inline]] inline void* frame_allocate(std::size_t bytes) {
  if (detail::frame_pooling && bytes <= detail::inline_bytes_max) [[likely]] {
    detail::FrameHeap* heap = detail::this_heap;
    detail::FreeBlock*& head = heap->free[detail::fine_class(bytes)];
    if (detail::FreeBlock* block = head) [[likely]] {
      head = block->next;
      ++heap->allocated;
      return block;
    }
  }
  return detail::frame_allocate_slow(bytes);
}

/// Gives a block back. `bytes` is what it was allocated with. Any thread: a block that belongs to another thread's heap
/// goes home through that heap's lock-free list.
[[gnu::always_inline]] inline void frame_free(void* block, std::size_t bytes) noexcept {
  if (detail::frame_pooling && bytes <= detail::inline_bytes_max) [[likely]] {
    detail::FrameHeap* heap = detail::this_heap;
    if (detail::frame_slab_of(block)->home == heap) [[likely]] {
      detail::FreeBlock*& head = heap->free[detail::fine_class(bytes)];
      head = new (block) detail::FreeBlock{head};
      ++heap->freed;
      return;
    }
  }
  detail::frame_free_slow(block, bytes);
}

}  // namespace eddy
