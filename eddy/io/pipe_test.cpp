// SPDX-License-Identifier: MIT
#include "eddy/io/pipe.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

// What streams do is in stream_test.cpp, which runs on pipes, too.
namespace eddy {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(Pipe, EndsWhenItsWriterDoes) {
  auto [reader, writer] = pipe();
  co_await writer.write("abc");
  co_await writer.write_eof();
  EXPECT_EQ(co_await reader.read_all(), "abc");
  auto again = co_await outcome(writer.write("x"));
  EXPECT_THROW(again.value(), std::system_error);
  co_await writer.aclose();
}

EDDY_TEST(Pipe, WritingWithoutAReaderRaisesNoSignal) {
  const auto before = std::signal(SIGPIPE, SIG_DFL);  // which would end the process
  auto [reader, writer] = pipe();
  reader.close();
  auto ended = co_await outcome(writer.write("x"));
  try {
    ended.value();
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::broken_pipe);
    EXPECT_NE(std::string_view(error.what()).find("write to a pipe"), std::string_view::npos) << error.what();
  }
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
  std::signal(SIGPIPE, before);
}

EDDY_TEST(Pipe, ASigpipeThatWasPendingStays) {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  raise(SIGPIPE);
  auto [reader, writer] = pipe();
  reader.close();
  auto ended = co_await outcome(writer.write("x"));
  EXPECT_THROW(ended.value(), std::system_error);
  constexpr timespec now{0, 0};
  EXPECT_EQ(sigtimedwait(&pipe_signal, nullptr, &now), SIGPIPE);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

EDDY_TEST(Pipe, AWriterThatWaitsLearnsThatTheReaderHasGone) {
  Pipe both = pipe();
  const std::string much(1'000'000, 'x');
  auto task = create_task([&]() -> Task<> { co_await both.writer.write(much); });
  co_await sleep(1s);
  both.reader.close();
  auto ended = co_await outcome(task);
  EXPECT_THROW(ended.value(), std::system_error);
}

EDDY_TEST(Pipe, TheEndOfATerminalEndsItsReader) {
  sys::Fd terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ::grantpt(terminal.get());
  ::unlockpt(terminal.get());
  const sys::Fd other(::open(::ptsname(terminal.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  Stream stream = stream_from_pipe(std::move(terminal), "a terminal");
  auto reads = create_task(stream.read_some());
  co_await sleep(1ms);
  co_await stream.write_eof();
  EXPECT_EQ(co_await reads, "");
}

EDDY_TEST(Pipe, TheWrongEndSaysSo) {
  auto [reader, writer] = pipe();
  auto ended = co_await outcome(reader.write("x"));
  try {
    ended.value();
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string_view(error.what()).find("the other way"), std::string_view::npos) << error.what();
  }
  static_cast<void>(writer);
}

EDDY_TEST(Pipe, StreamFromPipeTakesADescriptorOver) {
  int ends[2];
  CO_ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Stream reader = stream_from_pipe(sys::Fd(ends[0]), "the child's output");
  CO_ASSERT_EQ(::write(ends[1], "hi", 2), 2);
  ::close(ends[1]);
  EXPECT_EQ(reader.name(), "the child's output");
  EXPECT_EQ(co_await reader.read_all(), "hi");
}

EDDY_TEST(Pipe, ARefusedDescriptorIsClosed) {
  EXPECT_THROW(static_cast<void>(stream_from_pipe(sys::Fd(), "nothing")), std::system_error);
  co_return;
}

EDDY_TEST(Pipe, WithoutDescriptorsNothingIsLeft) {
  co_await sleep(0s);  // the loop has its own by now
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  const sys::Fd next(::dup(0));
  few.rlim_cur = static_cast<rlim_t>(next.get()) + 2;  // room for one more
  ::setrlimit(RLIMIT_NOFILE, &few);
  EXPECT_THROW(static_cast<void>(pipe()), std::system_error);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Pipe, NeedsALoop) { EXPECT_THROW(static_cast<void>(pipe()), RuntimeError); }

}  // namespace
}  // namespace eddy
