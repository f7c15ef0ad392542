// SPDX-License-Identifier: MIT
#include "eddy/net/listener.h"

#include <atomic>
#include <barrier>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eddy/combine/outcome.h"
#include "eddy/core/loop.h"
#include "eddy/net/connect.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

std::string path_for(const char* test) { return testing::TempDir() + "eddy_" + test + std::to_string(::getpid()); }

sys::Fd bind_only(const Address& at) {
  sys::Fd socket = sys::check_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sys::check(::bind(socket.get(), at.data(), at.size()), "bind");
  return socket;
}

// Another program is between its bind and its listen: its file looks left over, and is not.
EDDY_TEST(ListenerTest, AUnixPathThatSomebodyIsJustTakingIsTaken) {
  const std::string path = path_for("taking");
  const Address at = Address::unix_path(path);
  sys::Fd turn = sys::check_fd(::open(testing::TempDir().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open");
  CO_ASSERT_EQ(::flock(turn.get(), LOCK_EX), 0);
  const sys::Fd other = bind_only(at);
  std::thread listening([&] {
    ::poll(nullptr, 0, 3);
    EXPECT_EQ(::listen(other.get(), 1), 0);
    turn.reset();
  });
  EXPECT_THROW(static_cast<void>(Listener::listen(at)), std::system_error);
  listening.join();
  const Stream client = co_await open_unix_connection(path);
  EXPECT_TRUE(client.is_open());
  ::unlink(path.c_str());
}

EDDY_TEST(ListenerTest, ADirectoryThatSomebodyKeepsLockedIsNoReasonToFail) {
  const std::string path = path_for("locked");
  const Address at = Address::unix_path(path);
  const sys::Fd turn = sys::check_fd(::open(testing::TempDir().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open");
  CO_ASSERT_EQ(::flock(turn.get(), LOCK_EX), 0);
  const Listener listener = Listener::listen(at);
  const Stream client = co_await open_unix_connection(path);
  EXPECT_TRUE(client.is_open());
}

// Tries to have the path, and keeps it until all have tried.
Task<> start_at(const Address& at, std::barrier<>& all, std::atomic<int>& listening) {
  all.arrive_and_wait();
  Listener listener;
  try {
    listener = Listener::listen(at);
    ++listening;
  } catch (const std::system_error&) {
  }
  all.arrive_and_wait();
  EXPECT_EQ(::access(at.host().c_str(), F_OK), 0);
  all.arrive_and_wait();
  co_return;
}

TEST(ListenerTest, OfManyWhoStartAtALeftOverPathOneHasIt) {
  constexpr int kMany = 4;
  const Address at = Address::unix_path(path_for("many"));
  for (int round = 0; round != 25; ++round) {
    bind_only(at).reset();
    std::atomic<int> listening{0};
    std::barrier<> all(kMany);
    std::vector<std::thread> threads;
    for (int i = 0; i != kMany; ++i) {
      threads.emplace_back([&] {
        Loop loop;
        loop.run_until_complete(start_at(at, all, listening));
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(listening, 1);
    EXPECT_NE(::access(at.host().c_str(), F_OK), 0);
  }
}

EDDY_TEST(ListenerTest, AClientThatHasGoneAgainHasAName) {
  Listener listener = Listener::listen(Address::ip("127.0.0.1", 0));
  Stream client = co_await connect(listener.address());
  const linger hard{1, 0};
  ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  client.close();
  Stream peer = co_await listener.accept();
  EXPECT_EQ(peer.name(), "a client of " + listener.address().to_string());
  auto ended = co_await outcome(peer.read_some());
  EXPECT_THROW(ended.value(), std::system_error);
}

}  // namespace
}  // namespace eddy
