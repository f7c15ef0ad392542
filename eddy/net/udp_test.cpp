// SPDX-License-Identifier: MIT
#include "eddy/net/udp.h"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/io/stream_error.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(Udp, SendsAndReceives) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  UdpSocket there = co_await UdpSocket::bind("127.0.0.1", 0);
  co_await there.send_to("hello", here.local_address());
  const Datagram got = co_await here.receive();
  EXPECT_EQ(got.bytes, "hello");
  EXPECT_EQ(got.address, there.local_address());
  co_await here.send_to("", got.address);
  EXPECT_EQ((co_await there.receive()).bytes, "");
}

EDDY_TEST(Udp, ASendKeepsATemporaryStringThoughItIsPutAside) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  UdpSocket there = UdpSocket::connect(here.local_address());
  const std::string name = "a name that is longer than what fits into a string";
  auto aside = there.send(name + "!");
  co_await std::move(aside);
  EXPECT_EQ((co_await here.receive()).bytes, name + "!");
  auto back = create_task(here.send_to(name + "?", there.local_address()));
  EXPECT_EQ((co_await there.receive()).bytes, name + "?");
  co_await back;
}

EDDY_TEST(Udp, ReceiveWaits) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  auto first = create_task([&]() -> Task<std::string> { co_return (co_await here.receive()).bytes; });
  auto second = create_task([&]() -> Task<std::string> { co_return (co_await here.receive()).bytes; });
  co_await sleep(1s);
  EXPECT_FALSE(first.done());
  UdpSocket there = co_await UdpSocket::connect("127.0.0.1", here.port());
  co_await there.send("x");
  co_await there.send("x");
  EXPECT_EQ(co_await first, "x");
  EXPECT_EQ(co_await second, "x");
}

EDDY_TEST(Udp, IntoMemoryOfTheCaller) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  UdpSocket there = UdpSocket::connect(here.local_address());
  co_await there.send("hello");
  std::byte memory[3];
  const auto got = co_await here.receive(memory);
  EXPECT_EQ(got.size, 5u);
  EXPECT_EQ(static_cast<char>(memory[2]), 'l');
  EXPECT_EQ(got.from, there.local_address());
}

EDDY_TEST(Udp, Batches) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  UdpSocket there = co_await UdpSocket::bind("127.0.0.1", 0);
  std::vector<Datagram> packets;
  for (int i = 0; i != 100; ++i) packets.emplace_back(std::to_string(i), here.local_address());
  co_await there.send_many(packets);
  int next = 0;
  int calls = 0;
  while (next != 100) {
    for (const Datagram& got : co_await here.receive_many()) EXPECT_EQ(got.bytes, std::to_string(next++));
    ++calls;
  }
  EXPECT_LT(calls, 100);
}

EDDY_TEST(Udp, TheLargestPacket) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  UdpSocket there = UdpSocket::connect(here.local_address());
  const std::string large(65'507, 'x');
  co_await there.send(large);
  EXPECT_EQ((co_await here.receive()).bytes, large);
  auto ended = co_await outcome(there.send(large + "x"));
  EXPECT_THROW(ended.value(), std::system_error);
}

EDDY_TEST(Udp, ACancelledReceiveLosesNothing) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  UdpSocket there = UdpSocket::connect(here.local_address());
  EXPECT_FALSE((co_await try_for(here.receive(), 1s)).has_value());
  co_await there.send("x");
  auto receiver = create_task([&]() -> Task<std::string> { co_return (co_await here.receive()).bytes; });
  co_await sleep(0s);
  receiver.cancel();
  auto ended = co_await outcome(receiver);
  if (ended.has_value()) {
    EXPECT_EQ(ended.value(), "x");
  } else {
    EXPECT_EQ((co_await here.receive()).bytes, "x");
  }
}

EDDY_TEST(Udp, ARefusalComesBackToAConnectedSocket) {
  Address nobody;
  {
    UdpSocket gone = co_await UdpSocket::bind("127.0.0.1", 0);
    nobody = gone.local_address();
  }
  UdpSocket here = UdpSocket::connect(nobody);
  co_await here.send("x");
  auto ended = co_await outcome(here.receive());
  try {
    static_cast<void>(ended.value());
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_refused);
    EXPECT_NE(std::string(error.what()).find("UDP to " + nobody.to_string()), std::string::npos) << error.what();
  }
}

EDDY_TEST(Udp, ClosingEndsWhoWaits) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  auto first = create_task([&]() -> Task<> { static_cast<void>(co_await here.receive()); });
  auto second = create_task([&]() -> Task<> { static_cast<void>(co_await here.receive()); });
  co_await sleep(1s);
  here.close();
  for (auto* task : {&first, &second}) {
    auto ended = co_await outcome(*task);
    EXPECT_THROW(ended.value(), ClosedError);
  }
  auto again = co_await outcome(here.send("x"));
  EXPECT_THROW(again.value(), ClosedError);
  UdpSocket nothing;
  auto empty = co_await outcome(nothing.receive());
  EXPECT_THROW(static_cast<void>(empty.value()), ClosedError);
}

EDDY_TEST(Udp, AClosedPortIsFreeAtOnce) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  EXPECT_FALSE((co_await try_for(here.receive(), 1ms)).has_value());
  const Address at = here.local_address();
  here.close();
  UdpSocket again = UdpSocket::bind(at);
  EXPECT_EQ(again.local_address(), at);
}

EDDY_TEST(Udp, ASendThatBecomesATaskKeepsItsBytes) {
  UdpSocket here = co_await UdpSocket::bind("127.0.0.1", 0);
  UdpSocket there = UdpSocket::connect(here.local_address());
  auto sending = create_task(there.send(std::string(100, 'a') + "b"));
  EXPECT_EQ((co_await here.receive()).bytes, std::string(100, 'a') + "b");
  co_await sending;
}

// False on a machine without a route for it.
Task<bool> multicast_arrives() {
  UdpOptions options;
  options.reuse_port = true;
  UdpSocket here = UdpSocket::bind(Address::ip("0.0.0.0", 0), options);
  const Address group = Address::ip("239.255.77.77", here.port());
  try {
    here.join_multicast(group);
    co_await here.send_to("x", group);
  } catch (const std::system_error&) {
    co_return false;
  }
  EXPECT_EQ((co_await here.receive()).bytes, "x");
  here.leave_multicast(group);
  co_return true;
}

TEST(Udp, Multicast) {
  if (!test::run(multicast_arrives())) GTEST_SKIP() << "no route for multicast";
}

}  // namespace
}  // namespace eddy
