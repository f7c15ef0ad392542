// SPDX-License-Identifier: MIT
//
// Megabytes in both directions at once, in pieces of random sizes, with reads that are given up: nothing is lost,
// doubled or out of order.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

#include "eddy/base/random.h"
#include "eddy/combine/gather.h"
#include "eddy/net/listener.h"
#include "eddy/net/tls.h"
#include "eddy/net/tls_server.h"
#include "eddy/net/tls_world_test.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// Bytes that can be checked where they are: each depends on its place.
class Pattern {
 public:
  explicit Pattern(std::uint64_t seed) : seed_(seed) {}
  std::string next(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = at(place_++);
    return bytes;
  }
  std::uint64_t place() const { return place_; }

 private:
  char at(std::uint64_t place) const { return static_cast<char>(((place + seed_) * 0x9E3779B97F4A7C15U) >> 56); }
  std::uint64_t seed_;
  std::uint64_t place_ = 0;
};

struct Traffic {
  const char* name;
  std::uint64_t bytes;
  Task<StreamPair> (*make)();
};
void PrintTo(const Traffic& traffic, std::ostream* out) { *out << traffic.name; }

Task<> send(Stream& to, std::uint64_t bytes, std::uint64_t seed) {
  Random random(seed);
  Pattern pattern(seed);
  while (pattern.place() < bytes) {
    const std::uint64_t most = random.below(4) == 0 ? 60'000 : 600;
    const std::string head = pattern.next(std::min(1 + random.below(most), bytes - pattern.place()));
    const std::string tail = pattern.next(std::min(random.below(300), bytes - pattern.place()));
    co_await to.write(head, tail);
    if (random.below(20) == 0) co_await sleep(0s);
  }
  co_await to.write_eof();
}

Task<> receive(Stream& from, std::uint64_t bytes, std::uint64_t seed) {
  Random random(seed + 1000);
  Pattern pattern(seed);
  for (;;) {
    const std::size_t most = 1 + random.below(random.below(2) == 0 ? 100 : 40'000);
    const auto got = co_await try_for(from.read_some(most), random.below(5) == 0 ? Duration(0s) : Duration(1h));
    if (!got) continue;
    if (got->empty()) break;
    CO_ASSERT_EQ(*got == pattern.next(got->size()), true) << "before byte " << pattern.place();
  }
  EXPECT_EQ(pattern.place(), bytes);
}

Task<StreamPair> over_tcp() {
  Listener listener = Listener::listen(Address::ip("127.0.0.1", 0));
  auto both = co_await gather(connect(listener.address()), listener.accept());
  auto& [client, server] = both;
  co_return StreamPair(std::move(client), std::move(server));
}
Task<StreamPair> over_socket() { co_return socket_stream_pair(); }
template <std::size_t kCapacity>
Task<StreamPair> over_memory() {
  co_return memory_stream_pair(kCapacity);
}

class TlsTraffic : public testing::TestWithParam<Traffic> {};

TEST_P(TlsTraffic, BothWaysAtOnce) {
  const std::uint64_t bytes = GetParam().bytes;
  test::run(
      [&]() -> Task<> {
        auto [client, server] = co_await tls_test::tls_pair(co_await GetParam().make());
        co_await gather(send(client, bytes, 1), send(server, bytes, 2), receive(client, bytes, 2),
                        receive(server, bytes, 1));
        co_await client.aclose();
        co_await server.aclose();
      },
      tls_test::kKernel);
}

INSTANTIATE_TEST_SUITE_P(Over, TlsTraffic,
                         testing::Values(Traffic{"bytes", 20'000, &over_memory<1>},
                                         Traffic{"seven_bytes", 100'000, &over_memory<7>},
                                         Traffic{"memory", 4'000'000, &over_memory<65536>},
                                         Traffic{"socket", 4'000'000, &over_socket},
                                         Traffic{"tcp", 4'000'000, &over_tcp}),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace eddy
