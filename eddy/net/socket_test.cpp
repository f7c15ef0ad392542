// SPDX-License-Identifier: MIT
#include "eddy/net/socket.h"

#include <chrono>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/io/stream_error.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Socket listening() {
  Socket socket = Socket::open(AF_INET, SOCK_STREAM);
  socket.bind(Address::ip("127.0.0.1", 0));
  socket.listen();
  return socket;
}

struct Pair {
  Pair(Socket a, Socket b) noexcept : here(std::move(a)), there(std::move(b)) {}
  Socket here;
  Socket there;
};

Task<Pair> connected() {
  Socket listener = listening();
  Socket here = Socket::open(AF_INET, SOCK_STREAM);
  co_await here.connect(listener.local_address());
  Socket there = co_await listener.accept();
  co_return Pair(std::move(here), std::move(there));
}

EDDY_TEST(Socket, ConnectsSendsReceives) {
  Pair pair = co_await connected();
  EXPECT_EQ(co_await pair.here.send("hello"), 5u);
  std::byte memory[16];
  const std::size_t got = co_await pair.there.receive(memory);
  EXPECT_EQ(text(std::span(memory).first(got)), "hello");
  pair.here.shutdown(SHUT_WR);
  EXPECT_EQ(co_await pair.there.receive(memory), 0u);
}

EDDY_TEST(Socket, WaitsForRoomAndForBytes) {
  Pair pair = co_await connected();
  pair.here.set_option(SOL_SOCKET, SO_SNDBUF, 4096);
  EXPECT_GE(pair.here.option(SOL_SOCKET, SO_SNDBUF), 4096);
  const std::string chunk(100'000, 'x');
  std::size_t sent = 0;
  for (;;) {
    auto some = co_await try_for(pair.here.send(chunk), 1s);
    if (!some) break;
    sent += *some;
  }
  std::vector<std::byte> memory(1'000'000);
  while (sent != 0) sent -= co_await pair.there.receive(memory);
  auto receiver = create_task([&]() -> Task<std::size_t> { co_return co_await pair.there.receive(memory); });
  co_await sleep(1s);
  EXPECT_FALSE(receiver.done());
  EXPECT_EQ(co_await pair.here.send("x"), 1u);
  EXPECT_EQ(co_await receiver, 1u);
}

EDDY_TEST(Socket, BecomesAStream) {
  Pair pair = co_await connected();
  const Address peer = pair.here.peer_address();
  Stream stream = std::move(pair.here).into_stream();
  EXPECT_FALSE(pair.here.is_open());
  EXPECT_EQ(stream.name(), peer.to_string());
  co_await stream.write("hello");
  Stream other = std::move(pair.there).into_stream();
  EXPECT_EQ(co_await other.read_exactly(5), "hello");
}

EDDY_TEST(Socket, ErrorsNameTheAddress) {
  Address nobody;
  {
    Socket listener = listening();
    nobody = listener.local_address();
  }
  Socket socket = Socket::open(AF_INET, SOCK_STREAM);
  auto ended = co_await outcome(socket.connect(nobody));
  try {
    ended.value();
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_refused);
    EXPECT_NE(std::string(error.what()).find(nobody.to_string()), std::string::npos) << error.what();
  }
  Socket other = Socket::open(AF_INET, SOCK_STREAM);
  Socket taken = listening();
  EXPECT_THROW(other.bind(taken.local_address()), std::system_error);
}

EDDY_TEST(Socket, ClosingEndsWhoWaits) {
  Socket listener = listening();
  auto waiting = create_task([&]() -> Task<> { static_cast<void>(co_await listener.accept()); });
  co_await sleep(1s);
  listener.close();
  auto ended = co_await outcome(waiting);
  EXPECT_THROW(ended.value(), ClosedError);
  Socket nothing;
  auto empty = co_await outcome(nothing.send("x"));
  EXPECT_THROW(static_cast<void>(empty.value()), ClosedError);
}

}  // namespace
}  // namespace eddy
