// SPDX-License-Identifier: MIT
#include "eddy/net/tls.h"

#include <chrono>
#include <string>
#include <utility>

#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/net/tls_server.h"
#include "eddy/net/tls_world_test.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using tls_test::a_client;
using tls_test::a_server;
using tls_test::the_certificate;
using tls_test::tls_pair;

Task<> echo(Stream client) {
  for (;;) {
    const std::string bytes = co_await client.read_some();
    if (bytes.empty()) break;
    co_await client.write(bytes);
  }
  co_await client.aclose();
}

EDDY_TEST(Tls, ClientAndServerOverTcp) {
  Server server = co_await start_server(echo, "127.0.0.1", 0, a_server());
  Stream stream = co_await open_connection("127.0.0.1", server.port(), a_client());
  co_await stream.write("hello");
  EXPECT_EQ(co_await stream.read_some(), "hello");
  co_await stream.write_eof();
  EXPECT_EQ(co_await stream.read_all(), "");
  const auto info = tls_info(stream);
  CO_ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->version, "TLSv1.3");
  EXPECT_EQ(info->peer_subject, "CN=localhost");
  EXPECT_EQ(info->peer_issuer, "CN=Test CA");
  EXPECT_EQ(info->peer_fingerprint.size(), 64u);
  EXPECT_FALSE(info->resumed);
  co_await stream.aclose();
  co_await server.aclose();
}

EDDY_TEST(Tls, BothWaysOverMemory) {
  for (std::size_t capacity : {1, 2, 3, 5, 7, 65536}) {
    auto [client, server] = co_await tls_pair(memory_stream_pair(capacity));
    co_await gather(client.write("ping"), server.write("pong"), [&]() -> Task<> {
      EXPECT_EQ(co_await server.read_exactly(4), "ping");
      EXPECT_EQ(co_await client.read_exactly(4), "pong");
    }());
    EXPECT_FALSE(tls_info(client)->resumed);
    EXPECT_EQ(tls_info(server)->server_name, "localhost");
  }
}

}  // namespace
}  // namespace eddy
