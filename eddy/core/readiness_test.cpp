// SPDX-License-Identifier: MIT
#include "eddy/core/readiness.h"

#include <string>
#include <system_error>

#include <sys/socket.h>
#include <unistd.h>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/race.h"
#include "eddy/core/create_task.h"
#include "eddy/sys/fd.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

struct Pair {
  Pair() {
    int fds[2];
    sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), "socketpair");
    a.reset(fds[0]);
    b.reset(fds[1]);
  }
  void say(const char* text) const { EXPECT_GT(::write(b.get(), text, std::char_traits<char>::length(text)), 0); }
  sys::Fd a;
  sys::Fd b;
};

EDDY_TEST(ReadinessTest, WhatIsReadyIsReady) {
  Pair pair;
  pair.say("x");
  co_await readable(pair.a.get());
  co_await writable(pair.a.get());
}

EDDY_TEST(ReadinessTest, WaitsForData) {
  Pair pair;
  bool came = false;
  auto reader = create_task([&]() -> Task<> {
    co_await readable(pair.a.get());
    came = true;
  });
  co_await checkpoint();
  EXPECT_FALSE(came);
  pair.say("x");
  co_await reader;
  EXPECT_TRUE(came);
}

EDDY_TEST(ReadinessTest, TheEndOfTheStreamIsReadable) {
  Pair pair;
  pair.b.reset();
  co_await readable(pair.a.get());
}

EDDY_TEST(ReadinessTest, CancelledWhileItWaits) {
  Pair pair;
  auto reader = create_task([&]() -> Task<> { co_await readable(pair.a.get()); });
  co_await test::all_blocked();
  co_await cancel_and_wait(reader);
  EXPECT_TRUE(reader.cancelled());
  pair.say("x");
  co_await readable(pair.a.get());  // nothing was lost
}

EDDY_TEST(ReadinessTest, CancelledInTheTurnInWhichItGetsReady) {
  Pair pair;
  auto reader = create_task([&]() -> Task<> { co_await readable(pair.a.get()); });
  co_await test::all_blocked();
  pair.say("x");
  co_await cancel_and_wait(reader);
  EXPECT_TRUE(reader.cancelled());
}

EDDY_TEST(ReadinessTest, ATimeoutEndsIt) {
  Pair pair;
  EXPECT_FALSE(co_await try_for(readable(pair.a.get()), 1s));
}

EDDY_TEST(ReadinessTest, SeveralOnOneDescriptor) {
  Pair pair;
  auto reader = [&]() -> Task<> { co_await readable(pair.a.get()); };
  auto writer = [&]() -> Task<> {
    co_await sleep(1ms);
    pair.say("x");
  };
  co_await gather(reader(), reader(), writable(pair.a.get()), writer());
}

EDDY_TEST(ReadinessTest, TheLoserOfARaceLetsGo) {
  Pair one;
  Pair two;
  two.say("x");
  co_await race(readable(one.a.get()), readable(two.a.get()));
}

EDDY_TEST(ReadinessTest, ABadDescriptorIsAnError) {
  try {
    co_await readable(1'000'000);
    ADD_FAILURE() << "there is no such descriptor";
  } catch (const std::system_error& e) {
    EXPECT_EQ(e.code().value(), EBADF);
  }
}

}  // namespace
}  // namespace eddy
