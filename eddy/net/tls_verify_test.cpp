// SPDX-License-Identifier: MIT
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/net/tls.h"
#include "eddy/net/tls_server.h"
#include "eddy/net/tls_world_test.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

using tls_test::a_client;
using tls_test::a_server;
using tls_test::message_of;
using tls_test::Order;
using tls_test::TestCa;
using tls_test::the_ca;
using tls_test::the_certificate;

// What a client says that meets a server with this certificate, and what the server says then.
Task<std::string> refusal(Certificate shown, Tls client, std::string host = "localhost") {
  StreamPair plain = memory_stream_pair();
  auto serving = create_task(start_tls(std::move(plain.second), TlsServer(shown)));
  auto ended = co_await outcome(start_tls(std::move(plain.first), client, host));
  auto served = co_await outcome(serving);
  EXPECT_THROW(served.value(), TlsError);
  co_return message_of<CertificateError>([&] { ended.value(); });
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

EDDY_TEST(TlsVerify, AnExpiredCertificate) {
  Order order("localhost");
  order.valid_from = -7200;
  order.valid_to = -60;
  const std::string message = co_await refusal(the_ca().issue(order), a_client());
  EXPECT_TRUE(
      contains(message, "TLS handshake with localhost (a memory stream): the certificate CN=localhost expired on"))
      << message;
}

EDDY_TEST(TlsVerify, ACertificateOfTheFuture) {
  Order order("localhost");
  order.valid_from = 3600;
  order.valid_to = 7200;
  const std::string message = co_await refusal(the_ca().issue(order), a_client());
  EXPECT_TRUE(contains(message, "is valid only from")) << message;
}

EDDY_TEST(TlsVerify, AnotherHost) {
  Order order("a.example");
  order.hosts = "DNS:a.example,DNS:b.example,IP:10.0.0.1,IP:::1";
  const std::string message = co_await refusal(the_ca().issue(order), a_client());
  EXPECT_TRUE(contains(message, "its certificate is for a.example, b.example, 10.0.0.1, ::1, not for localhost"))
      << message;
}

EDDY_TEST(TlsVerify, AnotherAddress) {
  const std::string message = co_await refusal(the_certificate(), a_client(), "127.0.0.2");
  EXPECT_TRUE(contains(message, "its certificate is for localhost, 127.0.0.1, not for 127.0.0.2")) << message;
}

EDDY_TEST(TlsVerify, AnAddressIsNoName) {
  Order order("x");
  order.hosts = "DNS:127.0.0.1";
  const std::string message = co_await refusal(the_ca().issue(order), a_client(), "127.0.0.1");
  EXPECT_TRUE(contains(message, "not for 127.0.0.1")) << message;
}

EDDY_TEST(TlsVerify, WildcardsStandForOneWholeLabel) {
  Order order("x");
  order.hosts = "DNS:*.example.org,DNS:p*.example.net";
  const Certificate shown = the_ca().issue(order);
  for (const char* host : {"a.b.example.org", "example.org", "part.example.net"}) {
    const std::string message = co_await refusal(shown, a_client(), host);
    EXPECT_TRUE(contains(message, "not for")) << host;
  }
}

EDDY_TEST(TlsVerify, SelfSigned) {
  const std::string message = co_await refusal(make_self_signed("localhost"), a_client());
  EXPECT_TRUE(contains(message, "the certificate CN=localhost is self-signed")) << message;
}

EDDY_TEST(TlsVerify, AnUnknownIssuer) {
  const TestCa other("Other CA");
  const std::string message = co_await refusal(the_certificate(), Tls().ca_pem(other.pem()));
  EXPECT_TRUE(contains(message, "CN=localhost was issued by CN=Test CA, which is not among the trusted ones"))
      << message;
}

EDDY_TEST(TlsVerify, TheSystemDoesNotKnowOurIssuer) {
  const std::string message = co_await refusal(the_certificate(), Tls());
  EXPECT_TRUE(contains(message, "which is not among the trusted ones")) << message;
}

EDDY_TEST(TlsVerify, WithoutVerificationAnybodyWillDo) {
  auto [client, server] = co_await tls_test::tls_pair(memory_stream_pair(), Tls().insecure_without_verification(),
                                                      TlsServer(make_self_signed("somebody.example")));
  EXPECT_EQ(tls_info(client)->peer_subject, "CN=somebody.example");
}

// ---- files

/// A folder with files, removed at the end.
class Files {
 public:
  Files() {
    std::string name = std::filesystem::temp_directory_path() / "eddy_tls_XXXXXX";
    if (::mkdtemp(name.data())) folder_ = name;
  }
  ~Files() { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::string folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

Task<> echo(Stream client) { co_await client.write(co_await client.read_some()); }

EDDY_TEST(TlsFiles, AServerAndAClientFromFiles, tls_test::kKernel) {
  const Files files;
  const std::string chain = files.write("chain.pem", the_certificate().chain());
  const std::string key = files.write("key.pem", the_certificate().key());
  const std::string ca = files.write("ca.pem", the_ca().pem());
  Server server = co_await start_server(echo, "127.0.0.1", 0, TlsServer(chain, key).require_client_certificate(ca));
  const Tls tls = Tls().ca_file(ca).certificate(Certificate::from_files(chain, key));
  Stream stream = co_await open_connection("127.0.0.1", server.port(), tls);
  co_await stream.write("x");
  EXPECT_EQ(co_await stream.read_some(), "x");
  co_await stream.aclose();
  co_await server.aclose();
}

EDDY_TEST(TlsFiles, MissingOnesAreNamed) {
  EXPECT_EQ(message_of<TlsError>([] { TlsServer("/nowhere/chain.pem", "/nowhere/key.pem"); }),
            "certificate file /nowhere/chain.pem: No such file or directory");
  auto ended = co_await outcome(open_connection("127.0.0.1", 1, Tls().ca_file("/nowhere/ca.pem")));
  EXPECT_EQ(message_of<TlsError>([&] { ended.value(); }), "CA file /nowhere/ca.pem: No such file or directory");
  auto folder = co_await outcome(open_connection("127.0.0.1", 1, Tls().ca_directory("/nowhere")));
  EXPECT_EQ(message_of<TlsError>([&] { folder.value(); }), "CA directory /nowhere: there is no such directory");
}

EDDY_TEST(TlsFiles, OnesWithSomethingElseAreNamed) {
  const Files files;
  const std::string chain = files.write("chain.pem", the_certificate().chain());
  const std::string key = files.write("key.pem", the_certificate().key());
  const std::string other = files.write("other.pem", make_self_signed("other").key());
  const std::string empty = files.write("empty.pem", "");
  const auto message = [](const std::string& chain_file, const std::string& key_file) {
    return message_of<TlsError>([&] { static_cast<void>(TlsServer(chain_file, key_file).on()); });
  };
  EXPECT_TRUE(contains(message(empty, key), "certificate file " + empty + " has no PEM certificate"));
  EXPECT_TRUE(contains(message(chain, empty), "private key file " + empty + " has no PEM private key"));
  EXPECT_TRUE(
      contains(message(chain, other), "private key file " + other + " does not belong to certificate file " + chain))
      << message(chain, other);
  EXPECT_EQ(message(chain, key), "");
  auto ended = co_await outcome(open_connection("127.0.0.1", 1, Tls().ca_file(key)));
  EXPECT_TRUE(contains(message_of<TlsError>([&] { ended.value(); }), "CA file " + key + " has no PEM certificate"));
}

EDDY_TEST(TlsFiles, AnEncryptedKeyNeedsItsPassword) {
  const Files files;
  const std::string chain = files.write("chain.pem", the_certificate().chain());
  const std::string key = files.write("key.pem", tls_test::encrypted_key(the_certificate(), "swordfish"));
  const auto message = [&](const std::string& password) {
    return message_of<TlsError>(
        [&] { static_cast<void>(TlsServer(Certificate::from_files(chain, key, password)).on()); });
  };
  EXPECT_TRUE(contains(message(""), "is encrypted and needs a password")) << message("");
  EXPECT_TRUE(contains(message("wrong"), "does not open with this password"));
  EXPECT_EQ(message("swordfish"), "");
  co_return;
}

EDDY_TEST(TlsFiles, ADirectoryOfIssuers) {
  const Files files;
  files.write(tls_test::hash_of_subject(the_ca().pem()) + ".0", the_ca().pem());
  auto [client, server] =
      co_await tls_test::tls_pair(memory_stream_pair(), Tls().ca_directory(files.folder()), a_server());
  EXPECT_EQ(tls_info(client)->peer_subject, "CN=localhost");
}

EDDY_TEST(TlsFiles, AChainThroughAnIntermediateIssuer) {
  const TestCa middle = the_ca().intermediate("Middle CA");
  const Certificate leaf = middle.issue("localhost");
  const Certificate whole(leaf.chain() + middle.pem(), leaf.key());
  auto [client, server] = co_await tls_test::tls_pair(memory_stream_pair(), a_client(), TlsServer(whole));
  EXPECT_EQ(tls_info(client)->peer_issuer, "CN=Middle CA");
  const std::string message = co_await refusal(leaf, a_client());
  EXPECT_TRUE(contains(message, "does not send its whole chain")) << message;
}

}  // namespace
}  // namespace eddy
