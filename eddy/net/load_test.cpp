// SPDX-License-Identifier: MIT
//
// Many connections on one loop.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "eddy/combine/task_group.h"
#include "eddy/core/loop.h"
#include "eddy/net/connect.h"
#include "eddy/net/server.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> echo(Stream client) {
  char memory[1024];
  for (;;) {
    const std::size_t got = co_await client.read_some(std::span<char>(memory));
    if (got == 0) co_return;
    co_await client.write(std::string_view(memory, got));
  }
}

// How many connections this process may have, both ends counted; raises the limit as far as it goes.
std::size_t connections_max() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return (std::min<std::size_t>(limit.rlim_cur, 25'000) - 100) / 2;
}

Task<> connect_many(std::vector<Stream>& streams, std::size_t count, std::uint16_t port) {
  while (streams.size() != count) streams.push_back(co_await open_connection("127.0.0.1", port));
}

Task<> ask_often(Stream& stream, int times) {
  for (int i = 0; i != times; ++i) {
    const std::string text = "question " + std::to_string(i);
    co_await stream.write(text);
    const std::string answer = co_await stream.read_exactly(text.size());
    EXPECT_EQ(answer, text);
  }
}

TEST(Load, ThousandsOfIdleConnectionsAndAThousandBusyOnes) {
  const std::size_t busy = 1'000;
  const std::size_t all = std::min<std::size_t>(connections_max(), 11'000);
  test::run(
      [&]() -> Task<> {
        Server server = co_await start_server(echo, "127.0.0.1", 0);
        std::vector<Stream> streams;
        co_await connect_many(streams, all, server.port());
        co_await task_group([&](TaskGroup& group) {
          for (std::size_t i = 0; i != busy; ++i) group.create_task(ask_often(streams[i * (all / busy)], 10));
        });
        EXPECT_EQ(server.client_count(), all);
        streams.clear();
        co_await server.aclose();
      },
      test::Options{}.real_time(true).time_limit(120s));
}

TEST(Load, AReaderThatDoesNotReadHoldsTheWriterBack) {
  test::run(
      [&]() -> Task<> {
        std::size_t written = 0;
        auto pour = [&](Stream client) -> Task<> {
          const std::string chunk(100'000, 'x');
          for (;;) {
            co_await client.write(chunk);
            written += chunk.size();
          }
        };
        Server server = co_await start_server(pour, "127.0.0.1", 0);
        Stream stream = co_await open_connection("127.0.0.1", server.port());
        const std::string first = co_await stream.read_some();  // from now on the kernel brings more by itself
        EXPECT_FALSE(first.empty());
        std::size_t before = 1;
        for (std::size_t quiet = 0; quiet != 3; quiet = written == before ? quiet + 1 : 0) {
          before = written;
          co_await sleep(20ms);
        }
        EXPECT_LT(written, 20'000'000u);  // what two sockets and one stream may hold, with room to spare
        server.close();
        stream.close();
        co_await server.aclose();
      },
      test::Options{}.real_time(true));
}

TEST(Load, ConnectionsThatComeAndGo) {
  test::run(
      [&]() -> Task<> {
        Server server = co_await start_server(echo, "127.0.0.1", 0);
        co_await task_group([&](TaskGroup& group) -> Task<> {
          for (int client = 0; client != 20; ++client) {
            group.create_task([&]() -> Task<> {
              for (int i = 0; i != 50; ++i) {
                Stream stream = co_await open_connection("127.0.0.1", server.port());
                co_await ask_often(stream, 1);
              }
            });
          }
          co_return;
        });
        co_await server.aclose();
        EXPECT_EQ(server.client_count(), 0u);
      },
      test::Options{}.real_time(true));
}

}  // namespace
}  // namespace eddy
