// SPDX-License-Identifier: MIT
//
// A poller at rest: the kernel no longer writes into anybody's memory, and the next thread finds everything.
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys {
namespace {

constexpr Nanos moment = 1'000'000;

struct Read final : Transfer {
  explicit Read(const Fd& from) : Transfer(OpKind::read, from.get()) {
    memory = bytes;
    size = sizeof bytes - 1;
  }
  void complete() noexcept override { ++completions; }
  char bytes[16] = {};
  int completions = 0;
};

class PollerRestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      poller = make_poller(Backend::uring);  // the other one moves no bytes of files
    } catch (const std::system_error& error) {
      GTEST_SKIP() << error.what();
    }
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    out.reset(ends[0]);
    in.reset(ends[1]);
  }

  void say(const char* text) const { EXPECT_GT(::write(in.get(), text, std::strlen(text)), 0); }
  void wait_for(const Read& read) const {
    for (int i = 0; i != 2000 && read.completions == 0; ++i) poller->wait(moment);
    EXPECT_EQ(read.completions, 1);
    EXPECT_EQ(poller->pending(), 0u);
  }

  std::unique_ptr<Poller> poller;
  Fd out;
  Fd in;
};

TEST_F(PollerRestTest, AReadThatWaitsWritesIntoNothingAndGoesOnInTheNextThread) {
  Read read(out);
  poller->submit(read);
  poller->wait(moment);
  poller->rest();
  EXPECT_EQ(read.completions, 0);
  say("late");
  ::poll(nullptr, 0, 2);
  EXPECT_STREQ(read.bytes, "");
  std::thread([&] { wait_for(read); }).join();
  EXPECT_EQ(read.result, 4);
  EXPECT_STREQ(read.bytes, "late");
}

TEST_F(PollerRestTest, NothingOfAnOldRingReadsWhatTheNewOneShallFind) {
  Read read(out);
  poller->submit(read);
  poller->wait(moment);
  poller->rest();
  std::thread([&] {
    poller->wait(0);
    poller->cancel(read);
    wait_for(read);
  }).join();
  EXPECT_EQ(read.result, -ECANCELED);
  say("late");
  char bytes[8] = {};
  EXPECT_EQ(::read(out.get(), bytes, sizeof bytes), 4);  // nobody was faster
  EXPECT_STREQ(read.bytes, "");
}

TEST_F(PollerRestTest, InTheSameThreadItGoesOnToo) {
  Read read(out);
  poller->submit(read);
  for (int i = 0; i != 3; ++i) {
    poller->wait(moment);
    poller->rest();
  }
  say("late");
  wait_for(read);
  EXPECT_STREQ(read.bytes, "late");
}

TEST_F(PollerRestTest, CancelledAtRestItEnds) {
  Read read(out);
  poller->submit(read);
  poller->wait(moment);
  poller->rest();
  poller->cancel(read);
  wait_for(read);
  EXPECT_EQ(read.result, -ECANCELED);
}

TEST_F(PollerRestTest, WhatHasEndedIsThere) {
  const Fd file = check_fd(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open");
  Read read(file);
  read.offset = 1;
  poller->submit(read);
  poller->rest();
  wait_for(read);
  EXPECT_EQ(std::string(read.bytes, 3), "ELF");
}

TEST_F(PollerRestTest, APollerThatDiesAtRestEndsIt) {
  Read read(out);
  poller->submit(read);
  poller->wait(moment);
  poller->rest();
  poller.reset();
  EXPECT_EQ(read.completions, 1);
  EXPECT_EQ(read.result, -ECANCELED);
}

}  // namespace
}  // namespace eddy::sys
