// SPDX-License-Identifier: MIT
#include "eddy/net/tls.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
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
using tls_test::Order;
using tls_test::TestCa;
using tls_test::the_ca;
using tls_test::tls_pair;

Task<> echo(Stream client) {
  for (;;) {
    const std::string bytes = co_await client.read_some();
    if (bytes.empty()) break;
    co_await client.write(bytes);
  }
  co_await client.aclose();
}

// What a client sees of the server after one exchange.
Task<TlsInfo> exchange(std::uint16_t port, Tls tls) {
  Stream stream = co_await open_connection("127.0.0.1", port, tls);
  co_await stream.write("hello");
  EXPECT_EQ(co_await stream.read_some(), "hello");
  const TlsInfo info = tls_info(stream).value();
  co_await stream.write_eof();
  EXPECT_EQ(co_await stream.read_all(), "");
  co_await stream.aclose();
  co_return info;
}

EDDY_TEST(Tls, ClientAndServerOverTcp, tls_test::kKernel) {
  Server server = co_await start_server(echo, "127.0.0.1", 0, a_server());
  const TlsInfo info = co_await exchange(server.port(), a_client());
  EXPECT_EQ(info.version, "TLSv1.3");
  EXPECT_EQ(info.cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(info.alpn, "");
  EXPECT_EQ(info.server_name, "");  // an address is not asked for
  EXPECT_EQ(info.peer_subject, "CN=localhost");
  EXPECT_EQ(info.peer_issuer, "CN=Test CA");
  EXPECT_EQ(info.peer_fingerprint.size(), 64u);
  EXPECT_FALSE(info.resumed);
  co_await server.aclose();
}

EDDY_TEST(Tls, ByHostName, tls_test::kKernel) {
  Server server = co_await start_server(echo, "localhost", 0, a_server());
  Stream stream = co_await open_connection("localhost.", server.port(), a_client());
  EXPECT_EQ(tls_info(stream)->server_name, "localhost");
  EXPECT_NE(stream.name().find("localhost ("), std::string::npos) << stream.name();
  co_await stream.aclose();
  co_await server.aclose();
}

EDDY_TEST(Tls, AByteAtATime) {
  for (std::size_t capacity : {1, 2, 3, 4, 5, 6, 7}) {
    auto [client, server] = co_await tls_pair(memory_stream_pair(capacity));
    co_await gather(client.write("ping"), server.write("pong"), [&]() -> Task<> {
      EXPECT_EQ(co_await server.read_exactly(4), "ping");
      EXPECT_EQ(co_await client.read_exactly(4), "pong");
    }());
    EXPECT_EQ(tls_info(server)->server_name, "localhost");
    auto closing = create_task([&client]() -> Task<> { co_await client.aclose(); });
    EXPECT_EQ(co_await server.read_all(), "");
    co_await closing;
  }
}

EDDY_TEST(Tls, AStreamWithoutItHasNoInfo) {
  auto [here, there] = memory_stream_pair();
  EXPECT_FALSE(tls_info(here).has_value());
  EXPECT_FALSE(tls_info(Stream()).has_value());
  co_return;
}

EDDY_TEST(Tls, TheServerChoosesTheProtocol) {
  auto [client, server] = co_await tls_pair(memory_stream_pair(), a_client().alpn("http/1.1", "h2"),
                                            a_server().alpn("h2", std::string("http/1.1")));
  EXPECT_EQ(tls_info(client)->alpn, "h2");
  EXPECT_EQ(tls_info(server)->alpn, "h2");
}

EDDY_TEST(Tls, AClientWithoutProtocolsIsLetIn) {
  auto [client, server] = co_await tls_pair(memory_stream_pair(), a_client(), a_server().alpn("h2"));
  EXPECT_EQ(tls_info(client)->alpn, "");
}

EDDY_TEST(Tls, NoProtocolInCommon) {
  auto ended = co_await outcome(tls_pair(memory_stream_pair(), a_client().alpn("smtp"), a_server().alpn("h2")));
  const std::string message = message_of<TlsError>([&] { ended.value(); });
  EXPECT_TRUE(message.find("no application protocol") != message.npos) << message;
}

EDDY_TEST(Tls, NamesOfProtocolsHaveALength) {
  auto ended = co_await outcome(tls_pair(memory_stream_pair(), a_client().alpn(""), a_server()));
  EXPECT_NE(message_of<TlsError>([&] { ended.value(); }), "");
}

EDDY_TEST(Tls, TheServerShowsTheCertificateThatWasAskedFor) {
  const TlsServer server = a_server().add_certificate(the_ca().issue("a.example")).add_certificate([] {
    Order order("b.example");
    order.hosts = "DNS:b.example,DNS:*.b.example";
    return the_ca().issue(order);
  }());
  for (const std::string host : {"a.example", "b.example", "x.b.example", "localhost"}) {
    StreamPair plain = memory_stream_pair();
    auto both = co_await gather(start_tls(std::move(plain.first), a_client(), host),
                                start_tls(std::move(plain.second), server));
    auto& [first, second] = both;
    EXPECT_EQ(tls_info(first)->peer_subject, host == "x.b.example" ? "CN=b.example" : "CN=" + host);
    EXPECT_EQ(tls_info(second)->server_name, host);
  }
}

EDDY_TEST(Tls, ServerNameOverridesTheHost, tls_test::kKernel) {
  Server server = co_await start_server(echo, "127.0.0.1", 0, TlsServer(the_ca().issue("a.example")));
  EXPECT_EQ((co_await exchange(server.port(), a_client().server_name("a.example"))).server_name, "a.example");
  co_await server.aclose();
}

EDDY_TEST(Tls, SessionsAreTakenUpAgain, tls_test::kKernel) {
  Server server = co_await start_server(echo, "127.0.0.1", 0, a_server());
  const Tls tls = a_client();
  EXPECT_FALSE((co_await exchange(server.port(), tls)).resumed);
  for (int i = 0; i != 5; ++i) {
    const TlsInfo info = co_await exchange(server.port(), tls);
    EXPECT_TRUE(info.resumed);
    EXPECT_EQ(info.peer_subject, "CN=localhost");
  }
  EXPECT_FALSE((co_await exchange(server.port(), a_client())).resumed);
  co_await server.aclose();
}

EDDY_TEST(Tls, SessionsAreNotTakenToOtherNames, tls_test::kKernel) {
  const TlsServer server = a_server().add_certificate(the_ca().issue("a.example"));
  Server serving = co_await start_server(echo, "127.0.0.1", 0, server);
  const Tls tls = a_client();
  EXPECT_FALSE((co_await exchange(serving.port(), tls)).resumed);
  Stream stream = co_await open_connection("127.0.0.1", serving.port());
  stream = co_await start_tls(std::move(stream), tls, "a.example");
  EXPECT_FALSE(tls_info(stream)->resumed);
  EXPECT_EQ(tls_info(stream)->peer_subject, "CN=a.example");
  co_await stream.aclose();
  co_await serving.aclose();
}

EDDY_TEST(Tls, ResumptionCanBeSwitchedOffAtEitherEnd, tls_test::kKernel) {
  const TlsServer without = a_server().session_tickets(false);
  Server server = co_await start_server(echo, "127.0.0.1", 0, a_server());
  Server server_without = co_await start_server(echo, "127.0.0.1", 0, without);
  const Tls tls = a_client();
  const Tls tls_without = a_client().session_resumption(false);
  for (int i = 0; i != 2; ++i) {
    EXPECT_FALSE((co_await exchange(server.port(), tls_without)).resumed);
    EXPECT_FALSE((co_await exchange(server_without.port(), tls)).resumed);
  }
  co_await server.aclose();
  co_await server_without.aclose();
}

EDDY_TEST(Tls, AChangedCopyLeavesTheOriginalAlone, tls_test::kKernel) {
  get_running_loop().set_exception_handler([](Loop&, const ErrorContext&) {});  // of the server, about the bad client
  Tls tls = a_client();
  Server server = co_await start_server(echo, "127.0.0.1", 0, TlsServer(the_ca().issue("a.example")));
  const Tls other = Tls(tls).server_name("a.example");
  EXPECT_EQ((co_await exchange(server.port(), other)).peer_subject, "CN=a.example");
  auto ended = co_await outcome(exchange(server.port(), tls));
  EXPECT_THROW(ended.value(), CertificateError);
  tls.server_name("a.example");  // after it was used
  EXPECT_EQ((co_await exchange(server.port(), tls)).peer_subject, "CN=a.example");
  co_await server.aclose();
}

EDDY_TEST(Tls, ClientsWithACertificate) {
  const TestCa clients("Clients CA");
  const TlsServer server = a_server().require_client_certificate_pem(clients.pem());
  auto [client, served] =
      co_await tls_pair(memory_stream_pair(), a_client().certificate(clients.issue("alice")), server);
  EXPECT_EQ(tls_info(served)->peer_subject, "CN=alice");
  EXPECT_EQ(tls_info(served)->peer_issuer, "CN=Clients CA");
}

EDDY_TEST(Tls, ClientsWithoutOneAreTurnedAway) {
  const TestCa clients("Clients CA");
  const TlsServer server = a_server().require_client_certificate_pem(clients.pem());
  StreamPair plain = memory_stream_pair();
  auto serving = create_task(start_tls(std::move(plain.second), server));
  Stream client = co_await start_tls(std::move(plain.first), a_client(), "localhost");
  auto refused = co_await outcome(client.read_some());
  const std::string message = message_of<TlsError>([&] { refused.value(); });
  EXPECT_NE(message.find("certificate required"), message.npos) << message;
  auto ended = co_await outcome(serving);
  EXPECT_NE(message_of<TlsError>([&] { ended.value(); }).find("peer did not return a certificate"), message.npos);
}

EDDY_TEST(Tls, ClientsOfTheWrongIssuerAreTurnedAway) {
  const TestCa clients("Clients CA");
  const TlsServer server = a_server().require_client_certificate_pem(clients.pem()).client_certificate_is_optional();
  StreamPair plain = memory_stream_pair();
  auto serving = create_task(start_tls(std::move(plain.second), server));
  Stream client =
      co_await start_tls(std::move(plain.first), a_client().certificate(the_ca().issue("mallory")), "localhost");
  auto refused = co_await outcome(client.read_some());
  EXPECT_THROW(refused.value(), TlsError);
  auto ended = co_await outcome(serving);
  const std::string message = message_of<CertificateError>([&] { ended.value(); });
  EXPECT_NE(message.find("it stands on the certificate CN=Test CA, which is not"), message.npos) << message;
}

EDDY_TEST(Tls, AnOptionalClientCertificate) {
  const TestCa clients("Clients CA");
  const TlsServer server = a_server().require_client_certificate_pem(clients.pem()).client_certificate_is_optional();
  auto [client, served] = co_await tls_pair(memory_stream_pair(), a_client(), server);
  EXPECT_EQ(tls_info(served)->peer_subject, "");
}

EDDY_TEST(Tls, StartTlsAfterPlainWords) {
  auto [client, server] = memory_stream_pair();
  auto serving = create_task([&server]() -> Task<> {
    EXPECT_EQ(co_await server.read_line(), "STARTTLS\n");
    co_await server.write("go ahead\n");
    server = co_await start_tls(std::move(server), a_server());
    EXPECT_EQ(co_await server.read_line(), "secret\n");
    co_await server.write("thanks\n");
  });
  co_await client.write("STARTTLS\n");
  EXPECT_EQ(co_await client.read_line(), "go ahead\n");
  client = co_await start_tls(std::move(client), a_client(), "localhost");
  co_await client.write("secret\n");
  EXPECT_EQ(co_await client.read_line(), "thanks\n");
  co_await serving;
}

EDDY_TEST(Tls, WhatWasReadAheadBelongsToTls) {
  auto [client, server] = memory_stream_pair();
  auto connecting = create_task(start_tls(std::move(client), a_client(), "localhost"));
  const std::string_view first = co_await server.peek();
  EXPECT_EQ(first.front(), '\x16');  // how a server tells TLS from other things
  server = co_await start_tls(std::move(server), a_server());
  Stream connected = co_await std::move(connecting);
  co_await connected.write("x");
  EXPECT_EQ(co_await server.read_some(), "x");
}

EDDY_TEST(Tls, StartTlsNeedsAHost) {
  auto [client, server] = memory_stream_pair();
  auto ended = co_await outcome(start_tls(std::move(client), a_client(), ""));
  EXPECT_THROW(ended.value(), RuntimeError);
}

EDDY_TEST(Tls, TlsInTls) {
  auto [client, server] = co_await tls_pair(co_await tls_pair(memory_stream_pair()));
  co_await client.write("deep");
  EXPECT_EQ(co_await server.read_some(), "deep");
  co_await client.aclose();
  EXPECT_EQ(co_await server.read_all(), "");
}

EDDY_TEST(Tls, AServerGoesOnAfterABadClient, tls_test::kKernel) {
  std::vector<std::string> reports;
  get_running_loop().set_exception_handler(
      [&](Loop&, const ErrorContext& context) { reports.push_back(context.message); });
  Server server = co_await start_server(echo, "127.0.0.1", 0, a_server());
  Stream bad = co_await open_connection("127.0.0.1", server.port());
  co_await bad.write("GET / HTTP/1.1\r\n\r\n");
  co_await bad.read_all();
  CO_ASSERT_EQ(reports.size(), 1u);
  EXPECT_NE(reports[0].find("was turned away"), std::string::npos) << reports[0];
  co_await exchange(server.port(), a_client());
  co_await server.aclose();
}

EDDY_TEST(Tls, SlowClientsKeepNobodyWaiting, tls_test::kKernel) {
  get_running_loop().set_exception_handler([](Loop&, const ErrorContext&) {});
  Server server = co_await start_server(echo, "127.0.0.1", 0, a_server());
  std::vector<Stream> slow;
  for (int i = 0; i != 20; ++i) slow.push_back(co_await open_connection("127.0.0.1", server.port()));
  co_await exchange(server.port(), a_client());
  const TimePoint before = now();
  for (Stream& stream : slow) EXPECT_EQ(co_await stream.read_all(), "");
  EXPECT_EQ(now() - before, 10s);  // the handshake's time is over
  co_await server.aclose();
}

EDDY_TEST(Tls, WithSaysGoodbye) {
  auto [client, server] = co_await tls_pair(memory_stream_pair());
  co_await with(std::move(client), [](Stream& stream) -> Task<> { co_await stream.write("bye"); });
  EXPECT_EQ(co_await server.read_all(), "bye");
}

EDDY_TEST(Tls, SelfSignedForTests, tls_test::kKernel) {
  const Certificate certificate = make_self_signed("127.0.0.1");
  Server server = co_await start_server(echo, "127.0.0.1", 0, TlsServer(certificate));
  EXPECT_EQ((co_await exchange(server.port(), Tls().ca_pem(certificate.chain()))).peer_subject, "CN=127.0.0.1");
  co_await server.aclose();
}

}  // namespace
}  // namespace eddy
