// SPDX-License-Identifier: MIT
//
// Against OpenSSL's own programs: s_server and s_client.
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "eddy/combine/gather.h"
#include "eddy/core/create_task.h"
#include "eddy/net/tls.h"
#include "eddy/net/tls_server.h"
#include "eddy/net/tls_world_test.h"
#include "eddy/sys/fd.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

using tls_test::a_client;
using tls_test::a_server;
using tls_test::the_ca;
using tls_test::the_certificate;

constexpr auto kReal = test::Options{}.real_time(true);

/// The program, as long as this lives; `io` is its standard input and output.
class OpenSslProgram {
 public:
  OpenSslProgram(std::vector<std::string> arguments, const std::string& folder) {
    int ends[2];
    sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
    sys::Fd ours(ends[0]);
    const sys::Fd theirs(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), 0);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    arguments.insert(arguments.begin(), "openssl");
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    started_ = ::posix_spawnp(&pid_, "openssl", &actions, nullptr, words.data(), environ) == 0;
    ::posix_spawn_file_actions_destroy(&actions);
    io = stream_from_socket(std::move(ours), "openssl " + arguments[1]);
  }
  OpenSslProgram(const OpenSslProgram&) = delete;
  OpenSslProgram& operator=(const OpenSslProgram&) = delete;
  ~OpenSslProgram() {
    if (!started_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  bool started() const { return started_; }
  Stream io;

 private:
  pid_t pid_ = -1;
  bool started_ = false;
};

class TlsOpenSsl : public test::Fixture {
 protected:
  TlsOpenSsl() {
    std::string name = std::filesystem::temp_directory_path() / "eddy_openssl_XXXXXX";
    if (::mkdtemp(name.data())) folder_ = name;
    write("ca.pem", the_ca().pem());
    write("chain.pem", the_certificate().chain());
    write("key.pem", the_certificate().key());
  }
  ~TlsOpenSsl() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

  template <class... Word>
  OpenSslProgram program(const Word&... words) const {
    return OpenSslProgram(list(words...), folder_);
  }
  template <class... Word>
  static std::vector<std::string> list(const Word&... words) {
    std::vector<std::string> all;
    (all.emplace_back(words), ...);
    return all;
  }

  template <class... Word>
  OpenSslProgram server(const Word&... words) const {
    return program("s_server", "-accept", "127.0.0.1:0", "-cert", "chain.pem", "-key", "key.pem", words...);
  }
  template <class... Word>
  OpenSslProgram client(std::uint16_t port, const Word&... words) const {
    return program("s_client", "-connect", "127.0.0.1:" + std::to_string(port), "-CAfile", "ca.pem",
                   "-verify_return_error", "-quiet", words...);
  }

 private:
  std::filesystem::path folder_;
};

// "ACCEPT 127.0.0.1:4711"
Task<std::uint16_t> port_of(OpenSslProgram& server) {
  for (;;) {
    const std::string line = co_await server.io.read_line();
    if (line.empty()) co_return 0;
    if (line.starts_with("ACCEPT ")) co_return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
  }
}

Task<> echo(Stream client) {
  for (;;) {
    const std::string bytes = co_await client.read_some();
    if (bytes.empty()) break;
    co_await client.write(bytes);
  }
  co_await client.aclose();
}

#define NEED(process) \
  if (!(process).started()) CO_SKIP() << "the program openssl is missing; apt-get install openssl"

EDDY_TEST_F(TlsOpenSsl, TheirServerAnswersOurClient, kReal) {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    OpenSslProgram theirs = server("-rev", version, "-alpn", "h2,http/1.1");
    NEED(theirs);
    const std::uint16_t port = co_await port_of(theirs);
    CO_ASSERT_NE(port, 0);
    const Tls tls = a_client().alpn("h2");
    for (const bool resumed : {false, true}) {
      Stream stream = co_await open_connection("127.0.0.1", port, tls);
      co_await stream.write("hello\n");
      EXPECT_EQ(co_await stream.read_line(), "olleh\n");
      EXPECT_EQ(tls_info(stream)->version, version[6] == '2' ? "TLSv1.2" : "TLSv1.3");
      EXPECT_EQ(tls_info(stream)->alpn, "h2");
      EXPECT_EQ(tls_info(stream)->resumed, resumed);
      co_await stream.aclose();
    }
  }
}

EDDY_TEST_F(TlsOpenSsl, TheirServerSendsMegabytes, kReal) {
  const std::string much = [] {
    std::string bytes;
    while (bytes.size() < 3'000'000) bytes += std::to_string(bytes.size()) + ' ';
    return bytes;
  }();
  write("much", much);
  OpenSslProgram theirs = server("-WWW");
  NEED(theirs);
  const std::uint16_t port = co_await port_of(theirs);
  Stream stream = co_await open_connection("127.0.0.1", port, a_client());
  co_await stream.write("GET /much HTTP/1.0\r\n\r\n");
  co_await stream.read_until("\r\n\r\n");
  EXPECT_EQ(co_await stream.read_exactly(much.size()) == much, true);
  co_await stream.aclose();
}

EDDY_TEST_F(TlsOpenSsl, TheirServerWantsOurCertificate, kReal) {
  OpenSslProgram theirs = server("-rev", "-Verify", "1", "-CAfile", "ca.pem", "-verify_return_error");
  NEED(theirs);
  const std::uint16_t port = co_await port_of(theirs);
  Stream stream = co_await open_connection("127.0.0.1", port, a_client().certificate(the_ca().issue("alice")));
  co_await stream.write("hello\n");
  EXPECT_EQ(co_await stream.read_line(), "olleh\n");
  co_await stream.aclose();
}

EDDY_TEST_F(TlsOpenSsl, TheirClientTalksToOurServer, kReal) {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    Server ours = co_await start_server(echo, "127.0.0.1", 0, a_server());
    OpenSslProgram theirs = client(ours.port(), version, "-servername", "localhost");
    NEED(theirs);
    const std::string much(2'000'000, 'x');
    co_await gather(theirs.io.write(much, "\n"), [&]() -> Task<> {
      EXPECT_EQ(co_await theirs.io.read_exactly(much.size()) == much, true);
      EXPECT_EQ(co_await theirs.io.read_exactly(1), "\n");
    }());
    ours.close();
  }
}

EDDY_TEST_F(TlsOpenSsl, TheirClientShowsItsCertificate, kReal) {
  const Certificate alice = the_ca().issue("alice");
  write("alice.pem", alice.chain() + alice.key());
  Server ours = co_await start_server(
      [](Stream peer) -> Task<> {
        const TlsInfo info = tls_info(peer).value();
        co_await peer.write(info.peer_subject, " ", info.alpn, "\n");
        co_await peer.aclose();
      },
      "127.0.0.1", 0, a_server().require_client_certificate_pem(the_ca().pem()).alpn("h2"));
  OpenSslProgram theirs = client(ours.port(), "-cert", "alice.pem", "-alpn", "h2");
  NEED(theirs);
  EXPECT_EQ(co_await theirs.io.read_line(), "CN=alice h2\n");
  ours.close();
}

EDDY_TEST_F(TlsOpenSsl, TheirClientTakesUpOurSession, kReal) {
  const auto say = [](Stream peer) -> Task<> {
    co_await peer.write(std::string_view(tls_info(peer)->resumed ? "resumed\n" : "new\n"));
    co_await peer.read_all();
  };
  Server ours = co_await start_server(say, "127.0.0.1", 0, a_server().tolerate_truncation(true));
  {
    OpenSslProgram first = client(ours.port(), "-sess_out", "session");
    NEED(first);
    EXPECT_EQ(co_await first.io.read_line(), "new\n");
  }
  OpenSslProgram second = client(ours.port(), "-sess_in", "session");
  EXPECT_EQ(co_await second.io.read_line(), "resumed\n");
  ours.close();
}

}  // namespace
}  // namespace eddy
