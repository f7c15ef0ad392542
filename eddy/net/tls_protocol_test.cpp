// SPDX-License-Identifier: MIT
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <malloc.h>
#include <openssl/ssl.h>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/net/tls.h"
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
using tls_test::message_of;
using tls_test::RawPeer;
using tls_test::the_certificate;
using tls_test::tls_pair;

// ---- the end

EDDY_TEST(TlsEnd, APeerThatVanishesIsAnError) {
  auto [client, server] = co_await tls_pair(memory_stream_pair());
  co_await server.write("part");
  server.close();
  EXPECT_EQ(co_await client.read_exactly(4), "part");
  for (int i = 0; i != 2; ++i) {
    auto ended = co_await outcome(client.read_some());
    const std::string message = message_of<TlsTruncatedError>([&] { ended.value(); });
    EXPECT_EQ(message,
              "read from localhost (a memory stream): the connection ended without TLS's goodbye; what came may not be "
              "all");
  }
}

EDDY_TEST(TlsEnd, UnlessThatIsTolerated) {
  auto [client, server] = co_await tls_pair(memory_stream_pair(), a_client().tolerate_truncation(true));
  co_await server.write("part");
  server.close();
  EXPECT_EQ(co_await client.read_all(), "part");
}

EDDY_TEST(TlsEnd, ARecordCutInTheMiddleIsAnErrorToo) {
  StreamPair plain = memory_stream_pair();
  auto connecting = create_task(start_tls(std::move(plain.first), a_client(), "localhost"));
  RawPeer raw(plain.second, &the_certificate());
  co_await raw.handshake();
  Stream client = co_await std::move(connecting);
  SSL_write(raw.ssl(), "whole", 5);
  char record[100];
  const int size = BIO_read(SSL_get_wbio(raw.ssl()), record, sizeof record);
  co_await plain.second.write(std::string_view(record, static_cast<std::size_t>(size - 1)));
  plain.second.close();
  auto ended = co_await outcome(client.read_all());
  EXPECT_THROW(ended.value(), TlsTruncatedError);
}

EDDY_TEST(TlsEnd, HalfClosedEitherWay) {
  auto [client, server] = co_await tls_pair(memory_stream_pair());
  co_await client.write_eof();
  co_await client.write_eof();
  EXPECT_EQ(co_await server.read_all(), "");
  co_await server.write("answer");
  EXPECT_EQ(co_await client.read_exactly(6), "answer");
  auto late = co_await outcome(client.write("x"));
  EXPECT_EQ(message_of<std::system_error>([&] { late.value(); }), "write to a memory stream: Broken pipe");
  co_await server.write_eof();
  EXPECT_EQ(co_await client.read_all(), "");
  co_await client.aclose();
  co_await server.aclose();
}

EDDY_TEST(TlsEnd, GoodbyeIsHeardBehindTheData) {
  auto [client, server] = co_await tls_pair(socket_stream_pair());
  const std::string much(3'000'000, 'x');
  auto writing = create_task([&]() -> Task<> {
    co_await server.write(much);
    co_await server.aclose();
  });
  EXPECT_EQ((co_await client.read_all()).size(), much.size());
  co_await writing;
}

EDDY_TEST(TlsEnd, AnAcloseThatCannotSayGoodbyeWaitsAndCanBeGivenUp) {
  auto [client, server] = co_await tls_pair(memory_stream_pair(100), a_client(), a_server().session_tickets(false));
  EXPECT_FALSE((co_await try_for(client.write(std::string(1000, 'x')), 1s)).has_value());
  EXPECT_FALSE((co_await try_for(client.aclose(), 1s)).has_value());
  client.close();
  auto cut = co_await outcome(server.read_all());
  EXPECT_THROW(cut.value(), TlsTruncatedError);
}

EDDY_TEST(TlsEnd, AClosedConnectionBelowIsSaidAsItIs) {
  auto [client, server] = co_await tls_pair(memory_stream_pair());
  server.close();
  auto ended = co_await outcome(client.write("x"));
  EXPECT_EQ(message_of<std::system_error>([&] { ended.value(); }), "write to a memory stream: Broken pipe");
}

// A client that closes without ever reading leaves the server's tickets unread.
EDDY_TEST(TlsEnd, NothingIsLostWhenAClientNeverReads, tls_test::kKernel) {
  std::string got;
  Server server = co_await start_server(
      [&](Stream client) -> Task<> {
        co_await sleep(10ms);
        got = co_await client.read_all();
      },
      "127.0.0.1", 0, a_server());
  Stream client = co_await open_connection("127.0.0.1", server.port(), a_client());
  co_await client.write("message");
  co_await sleep(1ms);
  co_await client.aclose();
  co_await server.aclose();
  EXPECT_EQ(got, "message");
}

// The client's goodbye waits in the socket, unread, when the server closes: a reset would overtake the answer.
EDDY_TEST(TlsEnd, NothingIsLostWhenAServerAnswersAGoodbye, tls_test::kKernel) {
  constexpr std::size_t kRequest = 50'000;
  constexpr std::size_t kAnswer = 1'500'000;
  Server server = co_await start_server(
      [&](Stream client) -> Task<> {
        std::size_t read = 0;
        while (read < kRequest) read += (co_await client.read_some()).size();
        co_await sleep(5ms);
        co_await client.write(std::string(kAnswer, 'a'));
        co_await client.aclose();
      },
      "127.0.0.1", 0, a_server());
  Stream client = co_await open_connection("127.0.0.1", server.port(), a_client());
  co_await client.write(std::string(kRequest, 'r'));
  co_await sleep(1ms);
  co_await client.write_eof();
  co_await sleep(10ms);
  std::size_t got = 0;
  while (const std::size_t some = (co_await client.read_some(1000)).size()) got += some;
  EXPECT_EQ(got, kAnswer);
  co_await server.aclose();
}

// ---- bad peers

EDDY_TEST(TlsPeers, GarbageInsteadOfAHandshake) {
  for (const std::string& garbage : {std::string("SSH-2.0-OpenSSH_9.2\r\n"), std::string(12, '\0')}) {
    for (const bool at_server : {false, true}) {
      auto [here, there] = memory_stream_pair();
      auto shaking = at_server ? create_task(start_tls(std::move(here), a_server()))
                               : create_task(start_tls(std::move(here), a_client(), "localhost"));
      co_await there.write(garbage);
      auto ended = co_await outcome(shaking);
      const std::string message = message_of<TlsError>([&] { ended.value(); });
      EXPECT_NE(message.find("TLS handshake with"), message.npos) << message;
    }
  }
}

EDDY_TEST(TlsPeers, HttpAtATlsServer) {
  auto [here, there] = memory_stream_pair();
  auto shaking = create_task(start_tls(std::move(here), a_server()));
  co_await there.write("GET / HTTP/1.1\r\n\r\n");
  auto ended = co_await outcome(shaking);
  EXPECT_EQ(message_of<TlsError>([&] { ended.value(); }),
            "TLS handshake with a memory stream: the client speaks HTTP without TLS");
}

EDDY_TEST(TlsPeers, SilenceInTheHandshakeEndsInATimeout) {
  for (const bool at_server : {false, true}) {
    auto [here, there] = memory_stream_pair();
    const TimePoint before = now();
    auto shaking = at_server ? create_task(start_tls(std::move(here), a_server().handshake_timeout(1500ms)))
                             : create_task(start_tls(std::move(here), a_client(), "localhost"));
    auto ended = co_await outcome(shaking);
    const std::string message = message_of<TimeoutError>([&] { ended.value(); });
    EXPECT_NE(
        message.find(at_server ? "not done after 1500 ms" : "with localhost (a memory stream): not done after 10 s"),
        message.npos)
        << message;
    EXPECT_EQ(now() - before, at_server ? Duration(1500ms) : Duration(10s));
  }
}

EDDY_TEST(TlsPeers, AnEndInTheHandshake) {
  auto [here, there] = memory_stream_pair();
  auto shaking = create_task(start_tls(std::move(here), a_client(), "localhost"));
  co_await there.read_some();
  there.close();
  auto ended = co_await outcome(shaking);
  EXPECT_EQ(message_of<TlsTruncatedError>([&] { ended.value(); }),
            "TLS handshake with localhost (a memory stream): the other side closed the connection");
}

EDDY_TEST(TlsPeers, BytesChangedOnTheWay) {
  StreamPair plain = memory_stream_pair();
  auto connecting = create_task(start_tls(std::move(plain.first), a_client(), "localhost"));
  RawPeer raw(plain.second, &the_certificate());
  co_await raw.handshake();
  Stream client = co_await std::move(connecting);
  SSL_write(raw.ssl(), "whole", 5);
  char record[100];
  const int size = BIO_read(SSL_get_wbio(raw.ssl()), record, sizeof record);
  record[size - 3] ^= 1;
  co_await plain.second.write(std::string_view(record, static_cast<std::size_t>(size)));
  for (int i = 0; i != 2; ++i) {
    auto ended = co_await outcome(client.read_some());
    const std::string message = message_of<TlsError>([&] { ended.value(); });
    EXPECT_NE(message.find("bad record mac"), message.npos) << message;
  }
  auto write = co_await outcome(client.write("x"));
  EXPECT_THROW(write.value(), TlsError);
  auto alert = co_await outcome(raw.read_some());
  EXPECT_NE(message_of<TlsError>([&] { alert.value(); }).find("bad record mac"), std::string::npos);
  co_await client.aclose();
}

// ---- versions

EDDY_TEST(TlsVersions, OneTwoStillWorks) {
  StreamPair plain = memory_stream_pair();
  auto connecting = create_task(start_tls(std::move(plain.first), a_client(), "localhost"));
  RawPeer raw(plain.second, &the_certificate(), TLS1_2_VERSION);
  co_await raw.handshake();
  Stream client = co_await std::move(connecting);
  EXPECT_EQ(tls_info(client)->version, "TLSv1.2");
  co_await raw.write("x");
  EXPECT_EQ(co_await client.read_some(), "x");
  co_await client.write("y");
  EXPECT_EQ(co_await raw.read_some(), "y");
}

EDDY_TEST(TlsVersions, UnlessMoreIsAskedFor) {
  StreamPair plain = memory_stream_pair();
  auto serving = create_task(start_tls(std::move(plain.first), a_server().min_version(TlsVersion::v1_3)));
  RawPeer raw(plain.second, nullptr, TLS1_2_VERSION);
  auto refused = co_await outcome(raw.handshake());
  EXPECT_NE(message_of<TlsError>([&] { refused.value(); }).find("protocol version"), std::string::npos);
  auto ended = co_await outcome(serving);
  EXPECT_NE(message_of<TlsError>([&] { ended.value(); }).find("unsupported protocol"), std::string::npos);
}

EDDY_TEST(TlsVersions, OlderOnesAreRefused) {
  StreamPair plain = memory_stream_pair();
  auto serving = create_task(start_tls(std::move(plain.first), a_server()));
  RawPeer raw(plain.second, nullptr, TLS1_1_VERSION);
  auto refused = co_await outcome(raw.handshake());
  EXPECT_FALSE(refused.has_value());
  plain.second.close();
  auto ended = co_await outcome(serving);
  EXPECT_THROW(ended.value(), TlsError);
}

// ---- what happens during a session

EDDY_TEST(TlsSession, RenegotiationIsRefused) {
  StreamPair plain = memory_stream_pair();
  auto serving = create_task(start_tls(std::move(plain.first), a_server()));
  RawPeer raw(plain.second, nullptr, TLS1_2_VERSION);
  co_await raw.handshake();
  Stream server = co_await std::move(serving);
  SSL_renegotiate(raw.ssl());
  auto asking = create_task([&]() -> Task<> { co_await raw.handshake(); });
  auto ended = co_await outcome(server.read_some());  // the client does not like that
  EXPECT_NE(message_of<TlsError>([&] { ended.value(); }).find("the peer refused: handshake failure"),
            std::string::npos);
  auto refused = co_await outcome(asking);
  EXPECT_NE(message_of<TlsError>([&] { refused.value(); }).find("no renegotiation"), std::string::npos);
}

EDDY_TEST(TlsSession, AlsoWhenTheServerAsks) {
  StreamPair plain = memory_stream_pair();
  auto connecting = create_task(start_tls(std::move(plain.first), a_client(), "localhost"));
  RawPeer raw(plain.second, &the_certificate(), TLS1_2_VERSION);
  co_await raw.handshake();
  Stream client = co_await std::move(connecting);
  SSL_renegotiate(raw.ssl());
  SSL_do_handshake(raw.ssl());
  co_await raw.flush();
  EXPECT_FALSE((co_await try_for(client.read_some(), 1s)).has_value());
  EXPECT_TRUE(co_await raw.feed());
  char byte = 0;
  EXPECT_LE(SSL_read(raw.ssl(), &byte, 1), 0);
  EXPECT_NE(detail::tls_failure().find("no renegotiation"), std::string::npos);
}

EDDY_TEST(TlsSession, KeysAreChangedUnderWay) {
  for (std::size_t capacity : {1, 7, 65536}) {
    StreamPair plain = memory_stream_pair(capacity);
    auto serving = create_task(start_tls(std::move(plain.first), a_server()));
    RawPeer raw(plain.second, nullptr);
    co_await raw.handshake();
    Stream server = co_await std::move(serving);
    const auto answer = [&]() -> Task<> {
      for (int i = 0; i != 20; ++i) co_await server.write(co_await server.read_exactly(1));
    };
    const auto ask = [&]() -> Task<> {
      for (int i = 0; i != 20; ++i) {
        SSL_key_update(raw.ssl(), i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
        co_await raw.write("x");
        EXPECT_EQ(co_await raw.read_some(), "x");
      }
    };
    co_await gather(answer(), ask());
  }
}

// Many of them lie there at once, more than a turn of the loop should be held up for.
EDDY_TEST(TlsSession, AFloodOfKeyUpdatesEndsTheSession) {
  StreamPair plain = memory_stream_pair(1 << 20);
  auto serving = create_task(start_tls(std::move(plain.first), a_server()));
  RawPeer raw(plain.second, nullptr);
  co_await raw.handshake();
  Stream server = co_await std::move(serving);
  for (int i = 0; i != 20'000; ++i) {
    SSL_key_update(raw.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(raw.ssl());
  }
  co_await raw.flush();
  for (int i = 0; i != 2; ++i) {
    auto ended = co_await outcome(server.read_some());
    EXPECT_NE(message_of<TlsError>([&] { ended.value(); }).find("key updates or tickets without end"),
              std::string::npos);
  }
}

EDDY_TEST(TlsSession, KeyUpdatesWithDataBetweenGoOnAndOn) {
  StreamPair plain = memory_stream_pair(1 << 20);
  auto serving = create_task(start_tls(std::move(plain.first), a_server()));
  RawPeer raw(plain.second, nullptr);
  co_await raw.handshake();
  Stream server = co_await std::move(serving);
  for (int round = 0; round != 4; ++round) {
    for (int i = 0; i != 400; ++i) {
      SSL_key_update(raw.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
      SSL_do_handshake(raw.ssl());
    }
    co_await raw.write("x");
    EXPECT_EQ(co_await server.read_some(), "x");
  }
}

// Each asks for an answer, and none is read.
EDDY_TEST(TlsSession, AFloodOfKeyUpdatesIsHeldBack) {
  StreamPair plain = memory_stream_pair(4096);
  auto serving = create_task(start_tls(std::move(plain.first), a_server()));
  RawPeer raw(plain.second, nullptr);
  co_await raw.handshake();
  Stream server = co_await std::move(serving);
  auto flood = create_task([&]() -> Task<> {
    for (int i = 0; i != 100'000; ++i) {
      SSL_key_update(raw.ssl(), SSL_KEY_UPDATE_REQUESTED);
      SSL_do_handshake(raw.ssl());
      co_await raw.flush();
    }
  });
  auto ended = co_await outcome(server.read_some());
  EXPECT_THROW(ended.value(), TlsError);
  co_await sleep(1s);
  EXPECT_FALSE(flood.done());  // the server reads no further
  co_await cancel_and_wait(flood);
}

EDDY_TEST(TlsSession, SmallPiecesShareARecord) {
  StreamPair plain = memory_stream_pair();
  auto connecting = create_task(start_tls(std::move(plain.first), a_client(), "localhost"));
  RawPeer raw(plain.second, &the_certificate());
  co_await raw.handshake();
  Stream client = co_await std::move(connecting);
  co_await client.write("GET / HTTP/1.1\r\n", "Host: localhost\r\n", "", "\r\n");
  EXPECT_EQ(co_await raw.read_some(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

// Sanitizers have their own malloc, of which nothing is seen here.
EDDY_TEST(TlsSession, AnIdleOneIsSmall) {
  constexpr std::size_t kPairs = 64;
  const Tls tls = a_client();
  const TlsServer server = a_server();
  std::vector<StreamPair> pairs;
  pairs.reserve(kPairs);
  std::size_t before = 0;
  for (std::size_t i = 0; i != kPairs + 8; ++i) {
    if (i == 8) {
      pairs.clear();
      before = ::mallinfo2().uordblks;
    }
    pairs.push_back(co_await tls_pair(memory_stream_pair(), tls, server));
    auto& [first, second] = pairs.back();
    co_await first.write("x");
    co_await second.write(co_await second.read_some());
    co_await first.read_some();
  }
  EXPECT_LT((::mallinfo2().uordblks - before) / (2 * kPairs), 16U * 1024);
}

// ---- cancelled anywhere

EDDY_TEST(TlsCancel, AHandshakeAtEachStep) {
  for (const bool cancel_client : {true, false}) {
    for (int steps = 0; steps != 60; ++steps) {
      StreamPair plain = memory_stream_pair(50);
      auto client = create_task(start_tls(std::move(plain.first), a_client(), "localhost"));
      auto server = create_task(start_tls(std::move(plain.second), a_server().session_tickets(false)));
      for (int i = 0; i != steps; ++i) co_await sleep(0s);
      auto& cancelled = cancel_client ? client : server;
      co_await cancel_and_wait(cancelled);
      const bool came_late = !cancelled.cancelled();
      auto ended = co_await outcome(cancel_client ? server : client);
      if (ended.has_value()) continue;
      EXPECT_FALSE(came_late);
      EXPECT_FALSE(message_of<TlsTruncatedError>([&] { ended.value(); }).empty() &&
                   message_of<std::system_error>([&] { ended.value(); }).empty());
    }
  }
}

EDDY_TEST(TlsCancel, AReadAtEachStepLosesNothing) {
  auto [client, server] = co_await tls_pair(memory_stream_pair(10), a_client(), a_server().session_tickets(false));
  std::string got;
  for (int steps = 0; steps != 30; ++steps) {
    auto writing = create_task([&]() -> Task<> { co_await server.write("0123456789"); });
    auto reading = create_task([&]() -> Task<> {
      for (;;) got += co_await client.read_some();
    });
    for (int i = 0; i != steps; ++i) co_await sleep(0s);
    co_await cancel_and_wait(reading);
    while (got.size() != 10) got += co_await client.read_some();
    EXPECT_EQ(std::exchange(got, ""), "0123456789");
    co_await writing;
  }
}

EDDY_TEST(TlsCancel, AWriteAtEachStepLeavesTheSessionWhole) {
  for (int steps = 0; steps != 40; ++steps) {
    auto [client, server] = co_await tls_pair(memory_stream_pair(1000), a_client(), a_server().session_tickets(false));
    const std::string much(100'000, 'x');
    auto writing = create_task([&]() -> Task<> { co_await server.write(much); });
    auto reading = create_task([&]() -> Task<std::string> { co_return co_await client.read_all(); });
    for (int i = 0; i != steps; ++i) co_await sleep(0s);
    const bool whole = writing.done();
    co_await cancel_and_wait(writing);
    co_await server.write("the end");
    co_await server.aclose();
    const std::string got = co_await reading;
    CO_ASSERT_GE(got.size(), 7u);
    EXPECT_EQ(got.substr(got.size() - 7), "the end");
    EXPECT_EQ(got.find_first_not_of('x'), got.size() - 7);
    if (whole) {
      EXPECT_EQ(got.size(), much.size() + 7);
    }
  }
}

EDDY_TEST(TlsCancel, WhatACancelledWriteLeftGoesOutByItself) {
  auto [client, server] = co_await tls_pair(memory_stream_pair(100), a_client(), a_server().session_tickets(false));
  EXPECT_FALSE((co_await try_for(server.write(std::string(1000, 'x')), 1s)).has_value());
  EXPECT_EQ((co_await client.read_exactly(1000)).size(), 1000u);  // the record was made, and is sent
}

EDDY_TEST(TlsCancel, ConnectingAtEachStep, tls_test::kKernel) {
  get_running_loop().set_exception_handler([](Loop&, const ErrorContext&) {});
  Server server =
      co_await start_server([](Stream client) -> Task<> { co_await client.read_all(); }, "127.0.0.1", 0, a_server());
  const Tls tls = a_client();
  for (int steps = 0; steps != 15; ++steps) {
    auto connecting = create_task([&]() -> Task<> {
      Stream stream = co_await open_connection("127.0.0.1", server.port(), tls);
      co_await stream.aclose();
    });
    for (int i = 0; i != steps; ++i) co_await sleep(0s);
    co_await cancel_and_wait(connecting);
  }
  co_await server.aclose();
}

}  // namespace
}  // namespace eddy
