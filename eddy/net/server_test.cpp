// SPDX-License-Identifier: MIT
#include "eddy/net/server.h"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/base/sanitizers.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/readiness.h"
#include "eddy/io/stream_error.h"
#include "eddy/net/connect.h"
#include "eddy/sync/event.h"
#include "eddy/sys/fd.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> echo(Stream client) {
  for (;;) {
    const std::string bytes = co_await client.read_some();
    if (bytes.empty()) co_return;
    co_await client.write(bytes);
  }
}

Task<std::string> ask(std::uint16_t port, std::string question) {
  Stream stream = co_await open_connection("127.0.0.1", port);
  co_await stream.write(question);
  co_await stream.write_eof();
  co_return co_await stream.read_all();
}

EDDY_TEST(Server, AnswersSeveralClientsAtOnce) {
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  EXPECT_TRUE(server.is_serving());
  auto [a, b] = co_await gather(ask(server.port(), "one"), ask(server.port(), "two"));
  EXPECT_EQ(a, "one");
  EXPECT_EQ(b, "two");
  co_await server.aclose();
  EXPECT_FALSE(server.is_serving());
}

EDDY_TEST(Server, LocalhostAndEveryInterface) {
  for (const char* host : {"localhost", ""}) {
    Server server = co_await start_server(echo, host, 0);
    Stream stream = co_await open_connection("localhost", server.port());
    co_await stream.write("x");
    EXPECT_EQ(co_await stream.read_some(), "x");
    co_await server.aclose();
  }
}

// Each port that is taken at one address only may be the one that the kernel picks for the other.
EDDY_TEST(Server, AFreePortIsFreeAtEveryAddress) {
  std::vector<sys::Fd> taken;
  for (int i = 0; i < 500; ++i) {
    taken.push_back(sys::check_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sys::check(::bind(taken.back().get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), "bind");
  }
  for (int i = 0; i < 200; ++i) {
    Server server = co_await start_server(echo, "", 0);
    co_await server.aclose();
  }
}

EDDY_TEST(Server, UnixSocketsAndAbstractOnes) {
  const std::string file = testing::TempDir() + "eddy_server_test_" + std::to_string(::getpid());
  for (const std::string& path : {file, std::string("@eddy_server_test_") + std::to_string(::getpid())}) {
    for (int round = 0; round != 2; ++round) {
      Server server = co_await start_unix_server(echo, path);
      Stream stream = co_await open_unix_connection(path);
      co_await stream.write("x");
      EXPECT_EQ(co_await stream.read_some(), "x");
      co_await server.aclose();
      EXPECT_NE(::access(file.c_str(), F_OK), 0);
    }
  }
}

EDDY_TEST(Server, AUnixSocketLeftOverByADeadProcessIsReplaced) {
  const std::string path = testing::TempDir() + "eddy_left_over_" + std::to_string(::getpid());
  {
    const sys::Fd dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const Address at = Address::unix_path(path);
    CO_ASSERT_EQ(::bind(dead.get(), at.data(), at.size()), 0);
  }
  Server server = co_await start_unix_server(echo, path);
  co_await (co_await open_unix_connection(path)).aclose();
  auto again = co_await outcome(start_unix_server(echo, path));
  EXPECT_THROW(again.value(), std::system_error);
  co_await server.aclose();
}

EDDY_TEST(Server, AnErrorInAHandlerLeavesTheOthersAlone) {
  std::vector<std::string> reports;
  get_running_loop().set_exception_handler(
      [&](Loop&, const ErrorContext& context) { reports.push_back(context.message); });
  auto fails = [](Stream client) -> Task<> {
    const std::string bytes = co_await client.read_some();
    if (bytes == "bad") throw std::runtime_error("bad client");
    co_await client.write(bytes);
  };
  Server server = co_await start_server(fails, "127.0.0.1", 0);
  EXPECT_EQ(co_await ask(server.port(), "bad"), "");
  EXPECT_EQ(co_await ask(server.port(), "good"), "good");
  CO_ASSERT_EQ(reports.size(), 1u);
  EXPECT_NE(reports[0].find("handler of client 127.0.0.1:"), std::string::npos) << reports[0];
  co_await server.aclose();
}

EDDY_TEST(Server, APeerThatGoesAwayIsNotReported) {
  std::vector<std::string> reports;
  get_running_loop().set_exception_handler(
      [&](Loop&, const ErrorContext& context) { reports.push_back(context.message); });
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  Stream stream = co_await open_connection("127.0.0.1", server.port());
  co_await stream.write("x");
  co_await readable(stream.fd());
  const linger hard{1, 0};
  ::setsockopt(stream.fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  stream.close();
  co_await sleep(1s);
  EXPECT_EQ(server.client_count(), 0u);
  EXPECT_TRUE(reports.empty());
  co_await server.aclose();
}

EDDY_TEST(Server, SayingTheEndToAPeerThatHasGoneIsNotReported) {
  std::vector<std::string> reports;
  get_running_loop().set_exception_handler(
      [&](Loop&, const ErrorContext& context) { reports.push_back(context.message); });
  Event gone;
  bool told = false;
  auto handle = [&](Stream client) -> Task<> {
    co_await gone.wait();
    co_await readable(client.fd());
    auto ended = co_await outcome(client.write_eof());
    told = !ended.has_value();
    ended.value();
  };
  Server server = co_await start_server(handle, "127.0.0.1", 0);
  Stream stream = co_await open_connection("127.0.0.1", server.port());
  while (server.client_count() == 0) co_await sleep(1ms);
  const linger hard{1, 0};
  ::setsockopt(stream.fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  stream.close();
  gone.set();
  while (server.client_count() != 0) co_await sleep(1ms);
  EXPECT_TRUE(told);
  EXPECT_TRUE(reports.empty());
  co_await server.aclose();
}

EDDY_TEST(Server, ClosingLeavesTheClientsTheirGraceTime) {
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  Stream stream = co_await open_connection("127.0.0.1", server.port());
  co_await stream.write("x");
  EXPECT_EQ(co_await stream.read_some(), "x");
  server.close();
  co_await stream.write("y");
  EXPECT_EQ(co_await stream.read_some(), "y");
  auto refused = co_await outcome(open_connection("127.0.0.1", server.port()));
  EXPECT_THROW(refused.value(), std::system_error);
  const TimePoint before = now();
  co_await server.wait_closed();
  EXPECT_EQ(now() - before, 5s);
  EXPECT_EQ(co_await stream.read_all(), "");
  EXPECT_EQ(server.client_count(), 0u);
}

EDDY_TEST(Server, WithoutClientsItClosesAtOnce) {
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  EXPECT_EQ(co_await ask(server.port(), "x"), "x");
  co_await sleep(1s);
  const TimePoint before = now();
  co_await server.aclose();
  co_await server.aclose();
  EXPECT_EQ(now(), before);
}

EDDY_TEST(Server, ServeForeverCancelledClosesProperly) {
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  auto serving = create_task([&]() -> Task<> { co_await server.serve_forever(); });
  Stream stream = co_await open_connection("127.0.0.1", server.port());
  co_await stream.write("x");
  EXPECT_EQ(co_await stream.read_some(), "x");
  co_await cancel_and_wait(serving);
  EXPECT_FALSE(server.is_serving());
  EXPECT_EQ(co_await stream.read_all(), "");
}

EDDY_TEST(Server, AMovedFromServerSaysSo) {
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  Server moved = std::move(server);
  EXPECT_THROW(static_cast<void>(server.port()), RuntimeError);  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_THROW(static_cast<void>(server.aclose()), RuntimeError);
  EXPECT_FALSE(server.is_serving());
  co_await moved.aclose();
}

EDDY_TEST(Server, DestroyedItClosesHard) {
  std::uint16_t port = 0;
  Stream stream;
  {
    Server server = co_await start_server(echo, "127.0.0.1", 0);
    port = server.port();
    stream = co_await open_connection("127.0.0.1", port);
    co_await stream.write("x");
    EXPECT_EQ(co_await stream.read_some(), "x");
  }
  auto ended = co_await outcome(stream.read_all());
  EXPECT_TRUE(ended.has_value());
  auto refused = co_await outcome(open_connection("127.0.0.1", port));
  EXPECT_THROW(refused.value(), std::system_error);
}

EDDY_TEST(Server, AtMostSoManyClientsAtATime) {
  ServerOptions options;
  options.max_clients = 2;
  Server server = co_await start_server(echo, "127.0.0.1", 0, options);
  std::vector<Stream> streams;
  for (int i = 0; i != 3; ++i) streams.push_back(co_await open_connection("127.0.0.1", server.port()));
  for (Stream& stream : streams) co_await stream.write("x");
  EXPECT_EQ(co_await streams[0].read_some(), "x");
  EXPECT_EQ(co_await streams[1].read_some(), "x");
  EXPECT_FALSE((co_await try_for(streams[2].read_some(), 1s)).has_value());
  EXPECT_EQ(server.client_count(), 2u);
  streams[0].close();
  EXPECT_EQ(co_await streams[2].read_some(), "x");
  co_await server.aclose();
}

Task<> run_out_of_descriptors() {
  std::vector<std::string> reports;
  get_running_loop().set_exception_handler(
      [&](Loop&, const ErrorContext& context) { reports.push_back(context.message); });
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit tight = before;
  tight.rlim_cur = 64;
  ::setrlimit(RLIMIT_NOFILE, &tight);  // io_uring remembers the limit that an accept was started with
  const ScopeGuard restore([&] { ::setrlimit(RLIMIT_NOFILE, &before); });
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  Stream first = co_await open_connection("127.0.0.1", server.port());
  co_await first.write("x");
  EXPECT_EQ(co_await first.read_some(), "x");
  std::vector<sys::Fd> taken;
  Stream second;
  const sys::Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CO_ASSERT_TRUE(nothing);
  for (sys::Fd fd(::dup(nothing.get())); fd; fd = sys::Fd(::dup(nothing.get()))) taken.push_back(std::move(fd));
  CO_ASSERT_FALSE(taken.empty());
  taken.pop_back();
  second = co_await open_connection("127.0.0.1", server.port());
  co_await second.write("y");
  EXPECT_FALSE((co_await try_for(second.read_some(), 3s)).has_value());
  taken.clear();
  EXPECT_EQ(co_await second.read_some(), "y");
  EXPECT_EQ(reports.size(), 1u);
  co_await server.aclose();
}

TEST(Server, ReportsItsShortageOfDescriptorsOnceAndRecovers) {
  if (detail::kAddressSanitizer) GTEST_SKIP() << "UBSan, which comes with it, needs descriptors for its own checks";
  test::run(run_out_of_descriptors());
}

EDDY_TEST(Connect, ARefusalNamesTheAddress) {
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  const std::uint16_t port = server.port();
  co_await server.aclose();
  auto ended = co_await outcome(open_connection("127.0.0.1", port));
  try {
    ended.value();
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_refused);
    EXPECT_NE(std::string(error.what()).find("connect to 127.0.0.1:" + std::to_string(port)), std::string::npos)
        << error.what();
  }
}

EDDY_TEST(Connect, TriesTheNextAddressWhenOneRefuses) {
  Server server = co_await start_server(echo, "127.0.0.1", 0);
  const Address good = server.addresses().front();
  const Address bad = Address::ip("127.0.0.2", good.port());
  const TimePoint before = now();
  const std::vector<Address> second_is_good{bad, good};
  const std::vector<Address> none_is_good{bad, bad};
  Stream stream = co_await connect_any(second_is_good, "test");
  co_await stream.write("x");
  EXPECT_EQ(co_await stream.read_some(), "x");
  EXPECT_EQ(now(), before);
  auto ended = co_await outcome(connect_any(none_is_good, "test"));
  EXPECT_THROW(ended.value(), std::system_error);
  co_await server.aclose();
}

EDDY_TEST(Listener, ACancelledAcceptLosesNobody) {
  Listener listener = Listener::listen(Address::ip("127.0.0.1", 0));
  EXPECT_FALSE((co_await try_for(listener.accept(), 1s)).has_value());
  Stream client = co_await connect(listener.address());
  auto accepting = create_task([&]() -> Task<Stream> { co_return co_await listener.accept(); });
  co_await sleep(0s);
  accepting.cancel();
  auto ended = co_await outcome(accepting);
  Stream peer;
  if (ended.has_value()) {
    peer = std::move(accepting).result();
  } else {
    peer = co_await listener.accept();
  }
  co_await peer.write("x");
  EXPECT_EQ(co_await client.read_some(), "x");
}

EDDY_TEST(Listener, OfSomebodyElseLeavesItListening) {
  Listener first = Listener::listen(Address::ip("127.0.0.1", 0));
  {
    Listener second = Listener::from_fd(sys::Fd(::dup(first.fd())));
    EXPECT_FALSE((co_await try_for(second.accept(), 1ms)).has_value());
  }
  Stream client = co_await connect(first.address());
  Stream peer = co_await first.accept();
  co_await peer.write("x");
  EXPECT_EQ(co_await client.read_some(), "x");
}

EDDY_TEST(Listener, WhatItHasNotAcceptedIsLeftToOthersAtItsSocket) {
  Listener first = Listener::listen(Address::ip("127.0.0.1", 0));
  Listener second = Listener::from_fd(sys::Fd(::dup(first.fd())));
  auto accepting = create_task([&]() -> Task<Stream> { co_return co_await second.accept(); });
  std::vector<Stream> clients;
  for (int i = 0; i != 3; ++i) clients.push_back(co_await connect(first.address()));
  Stream taken = co_await std::move(accepting);
  second.close();
  for (int i = 0; i != 2; ++i) {
    Stream peer = co_await first.accept();
    EXPECT_TRUE(peer.is_open());
  }
}

// How many connections wait in the line of our socket that listens at this port; they are taken from it.
int take_from_the_line(std::uint16_t port) {
  int taken = 0;
  for (int fd = 3; fd != 256; ++fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    if (Address::local_of(fd).port() != port) continue;
    while (sys::Fd(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK))) ++taken;
  }
  return taken;
}

EDDY_TEST(Server, ThoseWhoAreTooManyWaitInTheKernelsLine) {
  ServerOptions options;
  options.max_clients = 1;
  Server server = co_await start_server(echo, "127.0.0.1", 0, options);
  std::vector<Stream> streams;
  for (int i = 0; i != 3; ++i) streams.push_back(co_await open_connection("127.0.0.1", server.port()));
  co_await streams[0].write("x");
  EXPECT_EQ(co_await streams[0].read_some(), "x");
  EXPECT_EQ(take_from_the_line(server.port()), 2);
  co_await server.aclose();
}

EDDY_TEST(Listener, BytesBehindAnUrgentOneAreSeen) {
  Listener listener = Listener::listen(Address::ip("127.0.0.1", 0));
  Stream client = co_await connect(listener.address());
  Stream peer = co_await listener.accept();
  EXPECT_FALSE((co_await try_for(peer.read_some(), 1ms)).has_value());
  co_await client.write("abc");
  EXPECT_EQ(::send(client.fd(), "!", 1, MSG_OOB), 1);
  co_await client.write("def");
  EXPECT_EQ(co_await peer.read_exactly(6), "abcdef");
}

EDDY_TEST(Listener, ClosingEndsWhoWaits) {
  Listener listener = Listener::listen(Address::ip("127.0.0.1", 0));
  auto first = create_task([&]() -> Task<> { static_cast<void>(co_await listener.accept()); });
  auto second = create_task([&]() -> Task<> { static_cast<void>(co_await listener.accept()); });
  co_await sleep(1s);
  listener.close();
  for (auto* task : {&first, &second}) {
    auto ended = co_await outcome(*task);
    EXPECT_THROW(ended.value(), ClosedError);
  }
}

}  // namespace
}  // namespace eddy
