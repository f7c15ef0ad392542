// SPDX-License-Identifier: MIT
#include "eddy/core/frame_memory.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

#include <pthread.h>
#include <sys/mman.h>

#include "eddy/core/detail/remote_list.h"

namespace eddy::detail {

constinit FrameHeap no_heap;
constinit thread_local FrameHeap* this_heap = &no_heap;

namespace {

constexpr std::size_t slab_header_bytes = 64;

// Slabs are got in regions that grow with the heap: a small thread stays small, and a large one lies in huge pages,
// since of a million tasks each one's turn would begin with a miss of the TLB.
constexpr std::size_t huge_page_bytes = 2 * 1024 * 1024;
constexpr std::size_t region_bytes_medium = 16 * frame_slab_bytes;
constexpr std::size_t heap_bytes_large = 8 * 1024 * 1024;
constexpr std::size_t region_bytes_large = 8 * huge_page_bytes;  // got from the system, and given back to it

constexpr std::size_t next_region_bytes(std::size_t heap_bytes) noexcept {
  if (heap_bytes == 0) return frame_slab_bytes;
  return heap_bytes < heap_bytes_large ? region_bytes_medium : region_bytes_large;
}

// What a block freed elsewhere says about itself on its way home; fits the smallest block.
struct RemoteBlock {
  RemoteBlock* next;
  std::size_t size_class;
};
static_assert(sizeof(RemoteBlock) <= frame_quantum);

// In front of a block that is not pooled. Such a block is given back at once wherever it is freed; home only counts it.
struct alignas(16) DirectHeader {
  FrameHeap* home;
};

// In the header of the first slab of a region.
struct Region : FrameSlab {
  Region* next;
  std::size_t bytes;
};
static_assert(sizeof(Region) <= slab_header_bytes);

struct Heap : FrameHeap {
  // Bump allocation: [bump, bump_end) of the current slab, then whole slabs in [slab_next, slab_end).
  char* bump = nullptr;
  char* bump_end = nullptr;
  char* slab_next = nullptr;
  char* slab_end = nullptr;
  Region* regions = nullptr;
  std::size_t slab_bytes = 0;
  std::uint64_t freed_remote = 0;
  Heap* next_abandoned = nullptr;
  // Other threads write below: on a line of its own.
  alignas(64) RemoteList<RemoteBlock> remote;
  std::atomic<std::uint64_t> remote_direct{0};
};

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  if (bytes <= inline_bytes_max) return fine_class(bytes);
  std::size_t index = fine_classes;
  std::size_t base = inline_bytes_max;
  while (bytes > base * 2) {
    base *= 2;
    index += 4;
  }
  return index + (bytes - base + base / 4 - 1) / (base / 4) - 1;
}

constexpr std::size_t class_bytes(std::size_t size_class) noexcept {
  if (size_class == 0) return frame_quantum;
  if (size_class < fine_classes) return size_class * frame_quantum;
  const std::size_t above = size_class - fine_classes;
  const std::size_t base = inline_bytes_max << (above / 4);
  return base + (above % 4 + 1) * (base / 4);
}

constexpr bool classes_are_sound() {
  for (std::size_t bytes = 0; bytes <= pooled_bytes_max; ++bytes) {
    const std::size_t c = class_of(bytes);
    if (c >= frame_classes || class_bytes(c) < bytes || class_bytes(c) % frame_quantum != 0) return false;
    if (c > 1 && class_bytes(c - 1) >= bytes) return false;  // a smaller class would have done
  }
  return class_of(pooled_bytes_max) == frame_classes - 1;
}
static_assert(classes_are_sound());

constexpr bool is_pooled(std::size_t bytes) noexcept { return frame_pooling && bytes <= pooled_bytes_max; }

// ---- heaps and threads ---------------------------------------------------------------------------------------------

constinit std::mutex abandoned_mutex;
constinit Heap* abandoned_heaps = nullptr;

Heap* pop_abandoned() {
  const std::lock_guard lock(abandoned_mutex);
  Heap* heap = abandoned_heaps;
  if (heap != nullptr) abandoned_heaps = std::exchange(heap->next_abandoned, nullptr);
  return heap;
}

void push_abandoned(Heap* heap) {
  const std::lock_guard lock(abandoned_mutex);
  heap->next_abandoned = abandoned_heaps;
  abandoned_heaps = heap;
}

void push_free(FrameHeap& heap, void* block, std::size_t size_class) noexcept {
  heap.free[size_class] = new (block) FreeBlock{heap.free[size_class]};
}

// Brings home what other threads freed. True if there was something.
bool collect_remote(Heap& heap) noexcept {
  std::uint64_t count = heap.remote_direct.load(std::memory_order_relaxed) == 0
                            ? 0
                            : heap.remote_direct.exchange(0, std::memory_order_acquire);
  RemoteBlock* block = heap.remote.take_all();
  while (block != nullptr) {
    const std::size_t size_class = block->size_class;
    push_free(heap, std::exchange(block, block->next), size_class);
    ++count;
  }
  heap.freed += count;
  heap.freed_remote += count;
  return count != 0;
}

// Aligned to huge pages and made of them, if the system likes; null if there is no room for it.
void* map_large_region() noexcept {
  constexpr std::size_t asked = region_bytes_large + huge_page_bytes;
  void* mapped = ::mmap(nullptr, asked, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  char* begin = static_cast<char*>(mapped);
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(begin) % huge_page_bytes;
  if (before != 0) ::munmap(begin, before);
  begin += before;
  ::munmap(begin + region_bytes_large, huge_page_bytes - before);
  ::madvise(begin, region_bytes_large, MADV_HUGEPAGE);
  return begin;
}

void drop_region(void* region, std::size_t bytes) noexcept {
  if (bytes == region_bytes_large) {
    ::munmap(region, bytes);
  } else {
    ::operator delete(region, bytes, std::align_val_t{frame_slab_bytes});
  }
}

void destroy(Heap* heap) noexcept {
  while (Region* region = heap->regions) {
    heap->regions = region->next;
    drop_region(region, region->bytes);
  }
  delete heap;
}

void leave_heap(void* leaving) noexcept {
  this_heap = &no_heap;
  Heap* heap = static_cast<Heap*>(leaving);
  collect_remote(*heap);
  // With nothing live nobody can reach the heap: every remote free was the last touch of its block and has been seen.
  if (heap->allocated == heap->freed) return destroy(heap);
  push_abandoned(heap);
}

// A pthread key rather than a thread_local with a destructor: keys run after all C++ thread_locals are gone, and again
// if a late destructor allocates once more.
pthread_key_t exit_key() {
  static const pthread_key_t key = [] {
    pthread_key_t created{};
    if (::pthread_key_create(&created, leave_heap) != 0) throw std::bad_alloc();
    return created;
  }();
  return key;
}

[[gnu::noinline]] Heap& enter_heap() {
  const pthread_key_t key = exit_key();
  Heap* heap = pop_abandoned();
  if (heap == nullptr) heap = new Heap;
  if (::pthread_setspecific(key, heap) != 0) {
    push_abandoned(heap);
    throw std::bad_alloc();
  }
  this_heap = heap;
  return *heap;
}

Heap& own_heap() { return this_heap == &no_heap ? enter_heap() : static_cast<Heap&>(*this_heap); }

// ---- slabs
// -----------------------------------------------------------------------------------------------------------

void add_region(Heap& heap) {
  std::size_t bytes = next_region_bytes(heap.slab_bytes);
  void* memory = bytes == region_bytes_large ? map_large_region() : nullptr;
  if (memory == nullptr) {
    bytes = std::min(bytes, region_bytes_medium);
    memory = ::operator new(bytes, std::align_val_t{frame_slab_bytes});
  }
  heap.regions = new (memory) Region{{&heap}, heap.regions, bytes};
  heap.slab_bytes += bytes;
  heap.slab_next = static_cast<char*>(memory);
  heap.slab_end = heap.slab_next + bytes;
}

// The tail of a slab that is too short for the block at hand, cut into blocks for later.
void donate_tail(Heap& heap) noexcept {
  while (heap.bump < heap.bump_end) {
    const std::size_t left = static_cast<std::size_t>(heap.bump_end - heap.bump);
    std::size_t size_class = class_of(left);
    if (size_class > 1 && class_bytes(size_class) > left) --size_class;
    push_free(heap, heap.bump, size_class);
    heap.bump += class_bytes(size_class);
  }
}

void next_slab(Heap& heap) {
  if (heap.slab_next == heap.slab_end) add_region(heap);
  donate_tail(heap);
  char* slab = std::exchange(heap.slab_next, heap.slab_next + frame_slab_bytes);
  if (slab != reinterpret_cast<char*>(heap.regions)) new (slab) FrameSlab{&heap};
  heap.bump = slab + slab_header_bytes;
  heap.bump_end = slab + frame_slab_bytes;
}

void* carve(Heap& heap, std::size_t size_class) {
  const std::size_t bytes = class_bytes(size_class);
  if (static_cast<std::size_t>(heap.bump_end - heap.bump) < bytes) next_slab(heap);
  return std::exchange(heap.bump, heap.bump + bytes);
}

void* take_or_carve(Heap& heap, std::size_t size_class) {
  if (heap.free[size_class] == nullptr) collect_remote(heap);
  FreeBlock* block = heap.free[size_class];
  if (block == nullptr) return carve(heap, size_class);
  heap.free[size_class] = block->next;
  return block;
}

// ---- blocks that are not pooled
// --------------------------------------------------------------------------------------

void* allocate_direct(Heap& heap, std::size_t bytes) {
  if (bytes > SIZE_MAX - sizeof(DirectHeader)) throw std::bad_alloc();
  return new (::operator new(bytes + sizeof(DirectHeader))) DirectHeader{&heap} + 1;
}

void free_direct(void* block, std::size_t bytes) noexcept {
  DirectHeader* header = static_cast<DirectHeader*>(block) - 1;
  Heap* home = static_cast<Heap*>(header->home);
  ::operator delete(header, bytes + sizeof(DirectHeader));
  // Counting last: it lets the home heap go, see leave_heap.
  if (home == this_heap) {
    ++home->freed;
  } else {
    home->remote_direct.fetch_add(1, std::memory_order_release);
  }
}

}  // namespace

void* frame_allocate_slow(std::size_t bytes) {
  Heap& heap = own_heap();
  void* block = is_pooled(bytes) ? take_or_carve(heap, class_of(bytes)) : allocate_direct(heap, bytes);
  ++heap.allocated;
  return block;
}

void frame_free_slow(void* block, std::size_t bytes) noexcept {
  if (!is_pooled(bytes)) return free_direct(block, bytes);
  FrameHeap* home = frame_slab_of(block)->home;
  if (home != this_heap)
    return static_cast<Heap*>(home)->remote.push(new (block) RemoteBlock{nullptr, class_of(bytes)});
  push_free(*home, block, class_of(bytes));
  ++home->freed;
}

}  // namespace eddy::detail

namespace eddy {

FrameStats frame_stats() noexcept {
  if (detail::this_heap == &detail::no_heap) return {};
  auto& heap = static_cast<detail::Heap&>(*detail::this_heap);
  detail::collect_remote(heap);
  return {heap.allocated, heap.freed, heap.allocated - heap.freed, heap.freed_remote, heap.slab_bytes};
}

}  // namespace eddy
