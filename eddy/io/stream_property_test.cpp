// SPDX-License-Identifier: MIT
//
// Megabytes through every kind of stream: random chunks, pauses, kinds of read, and reads that are cancelled at any
// moment. Each byte is a function of its place, so that one that is lost, doubled or moved is found at once.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "eddy/base/random.h"
#include "eddy/combine/gather.h"
#include "eddy/io/stream.h"
#include "eddy/test/faulty_stream.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTotal = 2'000'000;

std::string bytes_at(std::size_t place, std::size_t count) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>((place * 2654435761U) >> 13);
    ++place;
  }
  return bytes;
}

Task<> send_all(Stream& stream, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t place = 0; place < kTotal;) {
    const std::size_t most = random.below(4) == 0 ? 200'000 : 3'000;
    const std::size_t count = std::min(kTotal - place, 1 + random.below(most));
    const std::string bytes = bytes_at(place, count);
    const std::size_t cut = random.below(count + 1);
    co_await stream.write(std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut));
    place += count;
    if (random.below(8) == 0) co_await sleep(std::chrono::microseconds(random.below(50)));
  }
  co_await stream.write_eof();
}

/// Reads in random ways, some of which are given up half-way.
class Reader {
 public:
  Reader(Stream& stream, std::uint64_t seed) : stream_(&stream), random_(seed) {}

  Task<> run() {
    while (!stream_->at_eof()) {
      co_await read_once();
      if (random_.below(16) == 0) co_await sleep(std::chrono::microseconds(random_.below(50)));
    }
    EXPECT_EQ(place_, kTotal);
  }

 private:
  Task<> read_once() {
    const auto patience = std::chrono::nanoseconds(random_.below(3) * random_.below(20'000));
    const std::size_t left = kTotal - place_;
    switch (random_.below(5)) {
      case 0: {
        auto got = co_await try_for(stream_->read_some(1 + random_.below(70'000)), patience);
        if (got) check(*got);
        break;
      }
      case 1: {
        auto got =
            co_await try_for(stream_->read_exactly(std::min<std::size_t>(left, random_.below(100'000))), patience);
        if (got) check(*got);
        break;
      }
      case 2: {
        auto got = co_await try_for(stream_->read_some(std::span<char>(memory_)), patience);
        if (got) check(std::string_view(memory_, *got));
        break;
      }
      case 3: {
        auto got = co_await try_for(stream_->peek(std::min<std::size_t>(left, random_.below(5'000))), patience);
        if (!got) break;
        const std::string_view some = got->substr(0, random_.below(got->size() + 1));
        check(some);
        stream_->consume(some.size());
        break;
      }
      default: {
        if (left < 200) break;
        const std::string separator = bytes_at(place_ + random_.below(100), 8);
        auto got = co_await try_for(stream_->read_until(separator), patience);
        if (got) check(*got);
      }
    }
  }

  void check(std::string_view got) {
    ASSERT_EQ(got, bytes_at(place_, got.size())) << "at byte " << place_;
    place_ += got.size();
  }

  Stream* stream_;
  Random random_;
  std::size_t place_ = 0;
  char memory_[4096];
};

struct Kind {
  const char* name;
  StreamPair (*make)();
  bool real_time;  ///< the kernel knows no virtual time; its races are the point
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

StreamPair faulty(StreamPair good) {
  test::Faults faults = test::Faults{}.fragments().stalls();
  Stream first = test::faulty_stream(std::move(good.first), faults.seed(1));
  return {std::move(first), test::faulty_stream(std::move(good.second), faults.seed(2))};
}

class StreamProperty : public testing::TestWithParam<Kind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, StreamProperty,
                         testing::Values(Kind{"memory", [] { return memory_stream_pair(); }, false},
                                         Kind{"memory_of_1000_bytes", [] { return memory_stream_pair(1000); }, false},
                                         Kind{"faulty", [] { return faulty(memory_stream_pair(5000)); }, false},
                                         Kind{"faulty_socket", [] { return faulty(socket_stream_pair()); }, true},
                                         Kind{"socket", [] { return socket_stream_pair(); }, true}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(StreamProperty, NoByteIsLostOrDoubledUnderRandomCancels) {
  for (std::uint64_t seed = 1; seed != 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::run(
        [&]() -> Task<> {
          auto [here, there] = GetParam().make();
          Reader one(here, seed);
          Reader other(there, seed + 100);
          co_await gather(send_all(there, seed), send_all(here, seed + 100), one.run(), other.run());
        },
        test::Options{}.seed(seed).real_time(GetParam().real_time));
  }
}

}  // namespace
}  // namespace eddy
