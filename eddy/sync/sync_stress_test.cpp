// SPDX-License-Identifier: MIT
// Many tasks, random operations, random cancels in the worst moments, in shuffled order: nothing is lost, nobody hangs.
// A failure names its seed; a lost wake-up shows as a deadlock.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "eddy/base/random.h"
#include "eddy/core/create_task.h"
#include "eddy/sync/barrier.h"
#include "eddy/sync/condition.h"
#include "eddy/sync/event.h"
#include "eddy/sync/lock.h"
#include "eddy/sync/queue.h"
#include "eddy/sync/semaphore.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using eddy::create_task;
using eddy::Random;
using eddy::Task;
using eddy::TaskHandle;

constexpr std::uint64_t kSeeds = 60;
constexpr int kTasks = 24;
constexpr int kRounds = 12;
constexpr int kCancels = 60;

/// What all scenarios share: the dice, and a pause that is sometimes a turn, sometimes time, mostly nothing.
class World {
 public:
  explicit World(std::uint64_t seed) : dice(seed) {}

  bool chance(unsigned one_in) { return dice.below(one_in) == 0; }
  Task<> pause() {
    switch (dice.below(4)) {
      case 0:
        co_await eddy::checkpoint();
        break;
      case 1:
        co_await eddy::sleep(std::chrono::microseconds(dice.below(50)));
        break;
      default:
        break;
    }
  }
  template <class F>
  void add(F body) {
    tasks.push_back(create_task(std::move(body)));
  }
  void cancel_one() { tasks[dice.below(tasks.size())].cancel(); }
  /// Cancels now and then; `poke` first does something that wakes somebody, so that the cancel often hits a grant.
  Task<> cancel_some(std::function<void()> poke) {
    for (int i = 0; i < kCancels; ++i) {
      co_await eddy::sleep(std::chrono::microseconds(dice.below(30)));
      if (chance(2)) poke();
      for (auto n = dice.below(3); n > 0; --n) cancel_one();
    }
  }
  Task<> join() {
    for (auto& task : tasks) {
      try {
        co_await task;
      } catch (const eddy::TaskCancelled&) {  // NOLINT(bugprone-empty-catch): that is what the test does to them
      }
    }
  }

  Random dice;
  std::vector<TaskHandle<>> tasks;
};

/// Runs a scenario under many seeds; every other one keeps the loop's own order.
template <class Scenario>
void for_seeds(Scenario scenario) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    eddy::test::run([&]() -> Task<> { return scenario(seed); },
                    eddy::test::Options{}.seed(seed).shuffle(seed % 2 == 1));
    if (::testing::Test::HasFailure()) return;
  }
}

Task<> lock_scenario(std::uint64_t seed) {
  World world(seed);
  eddy::Lock lock;
  int inside = 0;
  std::uint64_t tickets = 0;
  std::uint64_t last = 0;
  struct Inside {
    explicit Inside(int& n) : count(n) { EXPECT_EQ(++count, 1); }
    ~Inside() { --count; }
    int& count;
  };
  for (int i = 0; i < kTasks; ++i) {
    world.add([&]() -> Task<> {
      for (int round = 0; round < kRounds; ++round) {
        std::uint64_t ticket = ++tickets;
        auto guard = co_await lock.acquire();
        EXPECT_LT(last, ticket) << "overtaken";
        last = ticket;
        {
          Inside here(inside);
          co_await world.pause();
        }
        if (world.chance(8)) world.cancel_one();
        if (world.chance(3)) {
          guard.release();  // then maybe cancel who has just been given it
          if (world.chance(2)) world.cancel_one();
          co_await world.pause();
        }
      }
    });
  }
  co_await world.cancel_some([&] {
    auto guard = lock.try_acquire();
    EXPECT_TRUE(!guard || inside == 0);
  });
  co_await world.join();
  EXPECT_FALSE(lock.locked());
}

Task<> semaphore_scenario(std::uint64_t seed) {
  World world(seed);
  constexpr int kPermits = 3;
  eddy::BoundedSemaphore semaphore{kPermits};
  int inside = 0;
  for (int i = 0; i < kTasks; ++i) {
    world.add([&]() -> Task<> {
      for (int round = 0; round < kRounds; ++round) {
        auto permit = co_await semaphore.acquire();
        EXPECT_LE(++inside, kPermits);
        --inside;
        co_await world.pause();
        permit.release();
        if (world.chance(6)) world.cancel_one();
      }
    });
  }
  co_await world.cancel_some([&] {
    if (auto permit = semaphore.try_acquire()) permit->release();
  });
  co_await world.join();
  EXPECT_EQ(semaphore.available(), std::size_t{kPermits});
}

Task<> event_scenario(std::uint64_t seed) {
  World world(seed);
  eddy::Event event;
  for (int i = 0; i < kTasks; ++i) {
    world.add([&]() -> Task<> {
      for (int round = 0; round < kRounds; ++round) {
        co_await event.wait();
        co_await world.pause();
      }
    });
  }
  co_await world.cancel_some([&] {
    event.set();
    if (world.chance(2)) event.clear();
  });
  event.set();
  co_await world.join();
}

/// An item that counts itself, to see that none is lost or doubled on the way.
class Item {
 public:
  Item(std::uint64_t producer, std::uint64_t number, int& alive) : from(producer), n(number), alive_(&alive) {
    ++alive;
  }
  Item(Item&& other) noexcept : from(other.from), n(other.n), alive_(std::exchange(other.alive_, nullptr)) {}
  Item& operator=(Item&& other) noexcept {
    std::swap(from, other.from);
    std::swap(n, other.n);
    std::swap(alive_, other.alive_);
    return *this;
  }
  ~Item() {
    if (alive_) --*alive_;
  }
  friend bool operator<(const Item& a, const Item& b) { return a.n < b.n; }

  std::uint64_t from;
  std::uint64_t n;

 private:
  int* alive_;
};

/// Who put what, who took what.
struct Ledger {
  explicit Ledger(bool fifo) : in_order(fifo) {}
  void take(const Item& item) {
    ++got;
    if (!in_order) return;
    EXPECT_LT(std::exchange(newest[item.from], item.n), item.n) << "out of order";
  }
  bool in_order;
  int put = 0;
  int got = 0;
  int alive = 0;
  std::map<std::uint64_t, std::uint64_t> newest;
};

template <class Q>
Task<> consume(Q& queue, Ledger& ledger, World* world) {
  while (auto item = co_await queue.next()) {
    ledger.take(*item);
    queue.task_done();
    if (!world) continue;
    if (world->chance(6)) world->cancel_one();
    co_await world->pause();
  }
}

template <class Q>
Task<> produce(Q& queue, Ledger& ledger, World& world, std::uint64_t name) {
  for (std::uint64_t n = 1; n <= kRounds; ++n) {
    co_await queue.emplace(name, n, ledger.alive);
    ++ledger.put;
    if (world.chance(6)) world.cancel_one();
    co_await world.pause();
  }
}

template <class Q>
void poke(Q& queue, Ledger& ledger, World& world) {
  if (world.chance(2)) {
    if (auto item = queue.try_get()) {
      ledger.take(*item);
      queue.task_done();
    }
  } else if (!queue.full()) {
    queue.put_nowait(Item(1000, static_cast<std::uint64_t>(++ledger.put), ledger.alive));
  }
}

template <class Q>
Task<> queue_scenario(std::uint64_t seed, bool in_order) {
  World world(seed);
  Ledger ledger(in_order);
  {
    Q queue{static_cast<int>(seed % 5)};
    for (std::uint64_t i = 0; i < kTasks / 2; ++i) {
      world.tasks.push_back(create_task(produce<Q>, std::ref(queue), std::ref(ledger), std::ref(world), i));
      world.tasks.push_back(create_task(consume<Q>, std::ref(queue), std::ref(ledger), &world));
    }
    co_await world.cancel_some([&] { poke(queue, ledger, world); });
    auto rest = create_task(consume<Q>, std::ref(queue), std::ref(ledger), nullptr);  // nobody cancels this one
    co_await eddy::sleep(std::chrono::milliseconds(10));
    co_await queue.join();
    EXPECT_EQ(ledger.put, ledger.got);
    queue.shutdown();
    co_await rest;
    co_await world.join();
    EXPECT_TRUE(queue.empty());
  }
  EXPECT_EQ(ledger.alive, 0);
}

/// Shuts down in the middle of it all: whatever was put has been taken, is left, or was thrown away.
Task<> shutdown_scenario(std::uint64_t seed) {
  World world(seed);
  int alive = 0;
  bool immediate = seed % 3 == 0;
  int put = 0;
  int got = 0;
  eddy::Queue<Item> queue{static_cast<int>(seed % 4)};
  for (int i = 0; i < kTasks / 2; ++i) {
    world.add([&]() -> Task<> {
      try {
        for (std::uint64_t n = 1;; ++n) {
          co_await queue.emplace(std::uint64_t{1}, n, alive);
          ++put;
          co_await eddy::sleep(std::chrono::microseconds(1 + world.dice.below(10)));
        }
      } catch (const eddy::QueueShutDown&) {  // NOLINT(bugprone-empty-catch): the end it waits for
      }
    });
    world.add([&]() -> Task<> {
      while (auto item = co_await queue.next()) {
        ++got;
        co_await world.pause();
      }
    });
  }
  co_await eddy::sleep(std::chrono::microseconds(world.dice.below(200)));
  for (auto n = world.dice.below(8); n > 0; --n) world.cancel_one();
  queue.shutdown(immediate);
  for (auto n = world.dice.below(8); n > 0; --n) world.cancel_one();
  co_await world.join();
  int left = 0;
  while (queue.try_get()) ++left;
  if (immediate) {
    EXPECT_LE(got + left, put);
  } else {
    EXPECT_EQ(got + left, put);
  }
  EXPECT_EQ(alive, 0);
}

/// A bounded buffer out of one lock and two conditions, woken one by one: a lost notification hangs it.
Task<> condition_scenario(std::uint64_t seed) {
  World world(seed);
  eddy::Lock lock;
  eddy::Condition not_empty(lock);
  eddy::Condition not_full(lock);
  constexpr int kRoom = 2;
  int items = 0;
  bool closing = false;
  auto put = [&]() -> Task<> {
    for (int round = 0; round < kRounds; ++round) {
      auto guard = co_await lock.acquire();
      co_await not_full.wait(guard, [&] { return items < kRoom || closing; });
      if (closing) co_return;
      ++items;
      not_empty.notify_one();
      if (world.chance(2)) guard.release();
      for (auto n = world.dice.below(5); n > 0; --n) world.cancel_one();
      guard.release();
      co_await world.pause();
    }
  };
  auto take = [&]() -> Task<> {
    for (;;) {
      auto guard = co_await lock.acquire();
      co_await not_empty.wait(guard, [&] { return items > 0 || closing; });
      if (items == 0) co_return;
      --items;
      EXPECT_GE(items, 0);
      not_full.notify_one();
      if (world.chance(4)) co_await world.pause();
      guard.release();
      if (world.chance(4)) world.cancel_one();
    }
  };
  for (int i = 0; i < kTasks / 2; ++i) {
    world.add(put);
    world.add(take);
  }
  for (int i = 0; i < kCancels; ++i) {
    if (world.chance(2)) {
      world.add(put);
    } else {
      world.add(take);
    }
    co_await eddy::sleep(std::chrono::milliseconds(1));  // everybody waits for a notification now, or has ended
    EXPECT_FALSE(items > 0 && not_empty.n_waiting() > 0) << "a notification was lost";
    EXPECT_FALSE(items < kRoom && not_full.n_waiting() > 0) << "a notification was lost";
  }
  // Nobody cancels these: if no notification was lost, they bring the buffer to its end.
  auto consumer = create_task(take);
  auto producer = create_task(put);
  co_await producer;
  auto guard = co_await lock.acquire();
  closing = true;
  not_empty.notify_all();
  not_full.notify_all();
  guard.release();
  co_await consumer;
  co_await world.join();
  EXPECT_FALSE(lock.locked());
  EXPECT_EQ(items, 0);
}

Task<> barrier_scenario(std::uint64_t seed) {
  World world(seed);
  constexpr std::size_t kParties = 4;
  eddy::Barrier barrier{kParties};
  for (int i = 0; i < kTasks; ++i) {
    world.add([&]() -> Task<> {
      for (;;) {
        try {
          auto index = co_await barrier.wait();
          EXPECT_LT(index, kParties);
        } catch (const eddy::BrokenBarrierError&) {
          if (barrier.broken()) co_return;
        }
        co_await eddy::sleep(std::chrono::microseconds(1 + world.dice.below(20)));
      }
    });
  }
  co_await world.cancel_some([&] {
    if (world.chance(4)) barrier.reset();
    EXPECT_LT(barrier.n_waiting(), kParties);
  });
  barrier.abort();
  co_await world.join();
  barrier.reset();
  EXPECT_EQ(barrier.n_waiting(), 0U);
}

TEST(SyncStress, Lock) { for_seeds(lock_scenario); }
TEST(SyncStress, Semaphore) { for_seeds(semaphore_scenario); }
TEST(SyncStress, Event) { for_seeds(event_scenario); }
TEST(SyncStress, Condition) { for_seeds(condition_scenario); }
TEST(SyncStress, Barrier) { for_seeds(barrier_scenario); }
TEST(SyncStress, Queue) {
  for_seeds([](std::uint64_t seed) { return queue_scenario<eddy::Queue<Item>>(seed, true); });
}
TEST(SyncStress, LifoQueue) {
  for_seeds([](std::uint64_t seed) { return queue_scenario<eddy::LifoQueue<Item>>(seed, false); });
}
TEST(SyncStress, PriorityQueue) {
  for_seeds([](std::uint64_t seed) { return queue_scenario<eddy::PriorityQueue<Item>>(seed, false); });
}
TEST(SyncStress, QueueShutdown) { for_seeds(shutdown_scenario); }

}  // namespace
