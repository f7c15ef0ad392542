// SPDX-License-Identifier: MIT
#include "eddy/core/frame_memory.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pthread.h>

#include "eddy/core/detail/remote_list.h"

namespace eddy {
namespace {

struct Block {
  unsigned char* memory = nullptr;
  std::size_t bytes = 0;
};

// Every byte is written, so that overlapping blocks and lists that run through live ones show.
Block take(std::size_t bytes) {
  const Block block{static_cast<unsigned char*>(frame_allocate(bytes)), bytes};
  std::memset(block.memory, static_cast<int>(bytes % 251), bytes);
  return block;
}

bool intact(const Block& block) {
  return std::all_of(block.memory, block.memory + block.bytes,
                     [&](unsigned char byte) { return byte == block.bytes % 251; });
}

void give(const Block& block) { frame_free(block.memory, block.bytes); }

// Each body on a thread, hence a heap, of its own.
void on_thread(const std::function<void()>& body) { std::thread(body).join(); }

// ---- one thread
// ------------------------------------------------------------------------------------------------------

TEST(FrameMemoryTest, EverySizeIsAlignedDistinctAndKeepsItsBytes) {
  std::vector<Block> blocks;
  for (std::size_t bytes = 0; bytes <= 5000; bytes += bytes < 1100 ? 1 : 37) {
    for (int i = 0; i < 3; ++i) blocks.push_back(take(bytes));
  }
  for (const Block& block : blocks) {
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block.memory) % 16, 0u) << block.bytes;
    ASSERT_TRUE(intact(block)) << block.bytes;
  }
  std::shuffle(blocks.begin(), blocks.end(), std::minstd_rand(1));
  for (const Block& block : blocks) give(block);
}

TEST(FrameMemoryTest, AFreedBlockIsTheNextOfItsSize) {
  if (!detail::frame_pooling) GTEST_SKIP() << "nothing is pooled under AddressSanitizer";
  for (const std::size_t bytes : {1, 16, 17, 250, 1024, 1025, 2000, 4096}) {
    void* first = frame_allocate(bytes);
    frame_free(first, bytes);
    void* second = frame_allocate(bytes);
    EXPECT_EQ(first, second) << bytes;
    frame_free(second, bytes);
  }
}

TEST(FrameMemoryTest, ChurnStaysInTheMemoryOfItsPeak) {
  on_thread([] {
    std::minstd_rand random(7);
    std::vector<Block> live;
    const auto churn = [&] {
      for (int i = 0; i < 500; ++i) live.push_back(take(16 * (1 + random() % 40)));
      std::shuffle(live.begin(), live.end(), random);
      for (const Block& block : live) {
        ASSERT_TRUE(intact(block));
        give(block);
      }
      live.clear();
    };
    for (int i = 0; i < 50; ++i) churn();
    const std::size_t settled = frame_stats().slab_bytes;
    for (int i = 0; i < 50; ++i) churn();
    EXPECT_LE(frame_stats().slab_bytes, settled + 16 * detail::frame_slab_bytes);
    EXPECT_EQ(frame_stats().live, 0u);
  });
}

// Beyond 8 MiB it grows in steps of 16 MiB, which the thread that ends gives back.
TEST(FrameMemoryTest, LargeHeapsGrowInLargeSteps) {
  constexpr std::size_t kBlocks = 100'000;
  for (int i = 0; i < 3; ++i) {
    on_thread([] {
      std::vector<Block> blocks;
      for (std::size_t n = 0; n < kBlocks; ++n) blocks.push_back(take(256));
      if (detail::frame_pooling) {
        EXPECT_GE(frame_stats().slab_bytes, kBlocks * 256);
        EXPECT_LE(frame_stats().slab_bytes, kBlocks * 256 + (std::size_t{17} << 20));
      }
      for (const Block& block : blocks) {
        ASSERT_TRUE(intact(block));
        give(block);
      }
      EXPECT_EQ(frame_stats().live, 0u);
    });
  }
}

TEST(FrameMemoryTest, StatsCountPooledAndLargeBlocks) {
  on_thread([] {
    EXPECT_EQ(frame_stats().slab_bytes, 0u) << "a thread without frames holds nothing";
    std::vector<Block> blocks;
    for (const std::size_t bytes : {1, 100, 1024, 3000, 4096, 4097, 100'000}) blocks.push_back(take(bytes));
    EXPECT_EQ(frame_stats().allocated, blocks.size());
    EXPECT_EQ(frame_stats().live, blocks.size());
    EXPECT_EQ(frame_stats().slab_bytes, detail::frame_pooling ? detail::frame_slab_bytes : 0u);
    for (const Block& block : blocks) give(block);
    EXPECT_EQ(frame_stats().freed, blocks.size());
    EXPECT_EQ(frame_stats().live, 0u);
    EXPECT_EQ(frame_stats().freed_remote, 0u);
  });
}

TEST(FrameMemoryTest, AnImpossibleSizeIsBadAlloc) { EXPECT_THROW((void)frame_allocate(SIZE_MAX - 4), std::bad_alloc); }

// ---- several threads
// -------------------------------------------------------------------------------------------------

TEST(FrameMemoryTest, BlocksFreedElsewhereComeHome) {
  on_thread([] {
    std::vector<Block> blocks;
    std::set<void*> addresses;
    for (int i = 0; i < 1000; ++i) {
      blocks.push_back(take(64));
      addresses.insert(blocks.back().memory);
    }
    blocks.push_back(take(10'000));
    on_thread([&] {
      for (const Block& block : blocks) give(block);
    });
    const FrameStats stats = frame_stats();
    EXPECT_EQ(stats.live, 0u);
    EXPECT_EQ(stats.freed_remote, blocks.size());
    if (!detail::frame_pooling) return;
    for (int i = 0; i < 1000; ++i) blocks[static_cast<std::size_t>(i)] = take(64);
    for (int i = 0; i < 1000; ++i) {
      EXPECT_EQ(addresses.count(blocks[static_cast<std::size_t>(i)].memory), 1u);
      give(blocks[static_cast<std::size_t>(i)]);
    }
  });
}

TEST(FrameMemoryTest, ProducerAndConsumer) {
  constexpr int count = 100'000;
  constexpr std::size_t window = 512;
  std::array<std::atomic<void*>, window> belt{};
  const auto size_of = [](int i) { return static_cast<std::size_t>(16 + i % 600); };
  std::thread consumer([&] {
    for (int i = 0; i < count; ++i) {
      auto& place = belt[static_cast<std::size_t>(i) % window];
      void* memory = nullptr;
      while ((memory = place.exchange(nullptr, std::memory_order_acquire)) == nullptr) std::this_thread::yield();
      const Block block{static_cast<unsigned char*>(memory), size_of(i)};
      EXPECT_TRUE(intact(block));
      give(block);
    }
  });
  std::size_t slab_bytes = 0;
  on_thread([&] {
    for (int i = 0; i < count; ++i) {
      auto& place = belt[static_cast<std::size_t>(i) % window];
      while (place.load(std::memory_order_relaxed) != nullptr) std::this_thread::yield();
      place.store(take(size_of(i)).memory, std::memory_order_release);
    }
    slab_bytes = frame_stats().slab_bytes;
  });
  consumer.join();
  EXPECT_LT(slab_bytes, std::size_t{8} << 20) << "remote frees were not reused";
}

TEST(FrameMemoryTest, BlocksOutliveTheThreadThatAllocatedThem) {
  std::vector<Block> blocks;
  on_thread([&] {
    for (std::size_t bytes = 1; bytes < 5000; bytes += 61) blocks.push_back(take(bytes));
  });
  for (const Block& block : blocks) {
    EXPECT_TRUE(intact(block));
    give(block);
  }
}

TEST(FrameMemoryTest, AnAbandonedHeapIsAdoptedByTheNextThread) {
  std::vector<Block> blocks;
  on_thread([&] {
    for (int i = 0; i < 10; ++i) blocks.push_back(take(48));
  });
  std::uint64_t live = 0;
  for (int tries = 0; tries < 16 && live == 0; ++tries) {  // other tests may have left heaps too
    on_thread([&] {
      give(take(48));
      live = frame_stats().live;
    });
  }
  EXPECT_GE(live, 10u);
  for (const Block& block : blocks) give(block);
  on_thread([&] {
    give(take(48));
    EXPECT_EQ(frame_stats().live, 0u);
  });
}

TEST(FrameMemoryTest, ThreadExitBeforeAndAfterTheRemoteFree) {
  for (const bool free_first : {true, false}) {
    for (int round = 0; round < 50; ++round) {
      std::atomic<unsigned char*> small{nullptr};
      std::atomic<unsigned char*> large{nullptr};
      std::atomic<bool> freed{false};
      std::thread owner([&] {
        large.store(take(5000).memory);
        small.store(take(200).memory);
        while (free_first && !freed.load()) std::this_thread::yield();
      });
      if (!free_first) owner.join();
      while (small.load() == nullptr) std::this_thread::yield();
      give({small.load(), 200});
      give({large.load(), 5000});
      freed.store(true);
      if (free_first) owner.join();
    }
  }
}

TEST(FrameMemoryTest, ThreadExitInTheRaceWithTheRemoteFree) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<unsigned char*> small{nullptr};
    std::atomic<unsigned char*> large{nullptr};
    std::thread owner([&] {
      large.store(take(5000).memory);
      small.store(take(200).memory);
    });
    while (small.load() == nullptr) std::this_thread::yield();
    give({small.load(), 200});
    give({large.load(), 5000});
    owner.join();
  }
}

struct FreesLate {
  Block block;
  ~FreesLate() {
    if (block.memory == nullptr) return;
    give(block);
    give(take(300));  // even allocates
  }
};

// Which of the two goes first at thread exit depends on which was first used.
TEST(FrameMemoryTest, ThreadLocalDestructorsMayFreeAndAllocate) {
  for (const bool local_first : {true, false}) {
    on_thread([&] {
      static thread_local FreesLate late;
      if (local_first) late.block = {};
      const Block block = take(64);
      late.block = block;
    });
  }
}

// Keys run after every thread_local; one that allocates brings the heap back to life.
TEST(FrameMemoryTest, PthreadKeyDestructorsMayFreeAndAllocate) {
  pthread_key_t key{};
  ASSERT_EQ(::pthread_key_create(&key,
                                 [](void* memory) {
                                   frame_free(memory, 128);
                                   frame_free(frame_allocate(700), 700);
                                 }),
            0);
  on_thread([&] { ::pthread_setspecific(key, frame_allocate(128)); });
  ::pthread_key_delete(key);
}

// Eight threads, each with blocks that it frees itself and blocks that it leaves for anybody.
TEST(FrameMemoryTest, StressFromEightThreads) {
  constexpr int threads = 8;
  constexpr int steps = 20'000;
  constexpr std::size_t places = 256;
  struct Place {
    std::mutex mutex;
    Block block;
  };
  std::vector<Place> shared(places);
  const auto body = [&](unsigned seed) {
    std::minstd_rand random(seed);
    std::array<Block, 64> own{};
    for (int step = 0; step < steps; ++step) {
      Block block = take(random() % 10 == 0 ? random() % 6000 : random() % 512);
      if (random() % 2 == 0) {
        Place& place = shared[random() % places];
        const std::lock_guard lock(place.mutex);
        std::swap(place.block, block);
      } else {
        std::swap(own[random() % own.size()], block);
      }
      if (block.memory == nullptr) continue;
      EXPECT_TRUE(intact(block)) << "seed " << seed << ", step " << step;
      give(block);
    }
    for (const Block& block : own) {
      if (block.memory != nullptr) give(block);
    }
  };
  std::vector<std::thread> pool;
  for (unsigned i = 0; i < threads; ++i) pool.emplace_back(body, i + 1);
  for (std::thread& thread : pool) thread.join();
  for (Place& place : shared) {
    if (place.block.memory != nullptr) give(place.block);
  }
}

}  // namespace
}  // namespace eddy
