// SPDX-License-Identifier: MIT
//
// Random clients with random cancels against each limiter, checked against what it promises:
// 1. Never more in any window than it says.
// 2. Nobody overtakes: who asked first and was not cancelled is served first.
// 3. Nothing is lost: each acquire happens at the very time at which a list of all acquires says that it can.
// 4. Nobody starves: everyone who was not cancelled is served.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/random.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/flow/sliding_window.h"
#include "eddy/flow/token_bucket.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::Random;
using eddy::SlidingWindow;
using eddy::Task;
using eddy::TimePoint;
using eddy::TokenBucket;
using std::chrono::nanoseconds;

constexpr int kClients = 60;

/// One client: when it came, what it wanted, when it was served or gave up.
struct Visit {
  TimePoint came;
  std::size_t wants;
  TimePoint ended;
  bool served = false;
};

struct Day {
  std::vector<Visit> visits;  ///< in the order in which they asked
};

/// Notes when a client is gone, also if it is cancelled.
class Leaving {
 public:
  Leaving(Day& day, std::size_t wants) : day_(day), me_(day.visits.size()) {
    day.visits.push_back({eddy::now(), wants, eddy::now()});
  }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;
  ~Leaving() { day_.visits[me_].ended = eddy::now(); }
  void served(bool was) { day_.visits[me_].served = was; }

 private:
  Day& day_;
  std::size_t me_;
};

template <class Acquire>
Task<> visit(Day& day, Acquire& acquire, std::size_t wants, nanoseconds patience) {
  Leaving me(day, wants);
  auto got = co_await eddy::try_for(acquire(wants), patience);
  me.served(got.has_value());
}

/// Clients come at random, in bursts; a third of them have little patience.
template <class Acquire>
Task<> run_day(Random& random, Day& day, Acquire& acquire, std::size_t most) {
  std::vector<eddy::TaskHandle<>> clients;
  for (int i = 0; i < kClients; ++i) {
    if (random.below(3) != 0) co_await eddy::sleep(nanoseconds(random.below(400'000'000)));
    bool impatient = random.below(3) == 0;
    auto patience = impatient ? nanoseconds(1 + random.below(600'000'000)) : nanoseconds(24h);
    std::size_t wants = 1 + random.below(most);
    clients.push_back(eddy::create_task(visit<Acquire>, std::ref(day), std::ref(acquire), wants, patience));
    if (random.below(8) == 0 && clients.size() > 3) clients[random.below(clients.size())].cancel();
    co_await eddy::sleep(0s);  // asks before the next one
  }
  for (auto& client : clients) {
    auto ended = co_await eddy::outcome(client);
    EXPECT_TRUE(ended || ended.template error_as<eddy::TaskCancelled>());
  }
}

/// Who left without being served was in the way until then, if the limiter is a line; so the model serves in order,
/// and a place that was left counts as served with nothing.
template <class Model>
void check_against(Day& day, Model model) {
  TimePoint line_free = TimePoint::min();
  for (const Visit& visit : day.visits) {
    TimePoint earliest = std::max(visit.came, line_free);
    if (visit.served) {
      TimePoint due = model.when(visit.wants, earliest);
      EXPECT_EQ(visit.ended, due) << "served at another time than promised";
      model.take(visit.wants, due);
      line_free = due;
    } else {
      line_free = std::max(line_free, std::min(visit.ended, model.when(visit.wants, earliest)));
    }
  }
}

/// The token bucket of the textbook, counted in the nanoseconds that it takes to fill.
class BucketModel {
 public:
  BucketModel(std::int64_t nanos_per_token, std::int64_t capacity)
      : per_token_(nanos_per_token), full_(capacity * nanos_per_token), level_(full_) {}
  TimePoint when(std::size_t n, TimePoint earliest) {
    fill(earliest);
    std::int64_t missing = static_cast<std::int64_t>(n) * per_token_ - level_;
    return earliest + nanoseconds(std::max<std::int64_t>(0, missing));
  }
  void take(std::size_t n, TimePoint at) {
    fill(at);
    level_ -= static_cast<std::int64_t>(n) * per_token_;
  }

 private:
  void fill(TimePoint now) {
    if (last_ != TimePoint::min() && now > last_) level_ = std::min(full_, level_ + (now - last_).count());
    last_ = std::max(last_, now);
  }
  std::int64_t per_token_;
  std::int64_t full_;
  std::int64_t level_;
  TimePoint last_ = TimePoint::min();
};

class WindowModel {
 public:
  WindowModel(std::size_t calls, nanoseconds period) : calls_(calls), period_(period) {}
  TimePoint when(std::size_t, TimePoint earliest) const {
    return times_.size() < calls_ ? earliest : std::max(earliest, times_[times_.size() - calls_] + period_);
  }
  void take(std::size_t, TimePoint at) { times_.push_back(at); }

 private:
  std::size_t calls_;
  nanoseconds period_;
  std::vector<TimePoint> times_;
};

void check_nobody_overtakes(const Day& day) {
  TimePoint last = TimePoint::min();
  for (const Visit& visit : day.visits) {
    if (!visit.served) continue;
    EXPECT_GE(visit.ended, last) << "somebody overtook";
    last = visit.ended;
  }
}

/// For every two acquires: those from one to the other are no more than the promise for that span.
template <class Promise>
void check_every_window(const Day& day, Promise promise) {
  std::vector<Visit> served;
  std::copy_if(day.visits.begin(), day.visits.end(), std::back_inserter(served), [](auto& v) { return v.served; });
  for (std::size_t i = 0; i < served.size(); ++i) {
    std::size_t inside = 0;
    for (std::size_t k = i; k < served.size(); ++k) {
      inside += served[k].wants;
      ASSERT_LE(inside, promise(served[k].ended - served[i].ended));
    }
  }
}

EDDY_TEST(LimiterProperty, TokenBucketKeepsItsPromise) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    std::size_t capacity = 1 + random.below(8);
    std::int64_t per_token = 1'000'000 * static_cast<std::int64_t>(1 + random.below(200));
    TokenBucket bucket{1, nanoseconds(per_token), capacity};
    Day day;
    auto acquire = [&](std::size_t n) { return bucket.acquire(n); };
    co_await run_day(random, day, acquire, capacity);
    check_nobody_overtakes(day);
    check_against(day, BucketModel(per_token, static_cast<std::int64_t>(capacity)));
    check_every_window(day,
                       [&](nanoseconds span) { return capacity + static_cast<std::size_t>(span.count() / per_token); });
    EXPECT_EQ(bucket.n_waiting(), 0U);
  }
}

EDDY_TEST(LimiterProperty, SlidingWindowKeepsItsPromise) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    std::size_t calls = 1 + random.below(8);
    nanoseconds period(1 + random.below(1'000'000'000));
    SlidingWindow window{calls, period};
    Day day;
    auto acquire = [&](std::size_t) { return window.acquire(); };
    co_await run_day(random, day, acquire, 1);
    check_nobody_overtakes(day);
    check_against(day, WindowModel(calls, period));
    check_every_window(day, [&](nanoseconds span) { return span < period ? calls : kClients + 0U; });
    EXPECT_EQ(window.n_waiting(), 0U);
  }
}

}  // namespace
