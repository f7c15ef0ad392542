// SPDX-License-Identifier: MIT
#include "eddy/io/standard_streams.h"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/io/detail/shared_transport.h"
#include "eddy/io/test_directory_test.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using detail::Access;

/// The two ends of something that programs may have as stdin or stdout.
struct Ends {
  sys::Fd reads;
  sys::Fd writes;
};

Ends make_pipe() {
  int ends[2];
  sys::check(::pipe2(ends, O_CLOEXEC), "pipe2");
  return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

Ends make_sockets() {
  int ends[2];
  sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

// Raw, so that bytes are bytes. The program's side is the terminal; the other one is the window's.
Ends make_terminal(bool program_reads) {
  sys::Fd window(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  sys::check(::unlockpt(window.get()), "unlockpt");
  sys::Fd program(::open(::ptsname(window.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios mode{};
  ::tcgetattr(program.get(), &mode);
  ::cfmakeraw(&mode);
  ::tcsetattr(program.get(), TCSANOW, &mode);
  if (program_reads) return {std::move(program), std::move(window)};
  return {std::move(window), std::move(program)};
}

struct Kind {
  const char* name;
  Ends (*make)(bool program_reads);
  bool reopens;
  std::size_t much = 500'000;  ///< more than there is room
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class SharedTest : public testing::TestWithParam<Kind> {
 protected:
  static Stream borrow(int fd, Access access) {
    sys::Poller& poller = get_running_loop().poller();
    return Stream(detail::borrow_descriptor(fd, access, "the descriptor", poller, GetParam().reopens));
  }
  static bool nonblocking(const sys::Fd& fd) { return (::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0; }
};

INSTANTIATE_TEST_SUITE_P(Kinds, SharedTest,
                         testing::Values(Kind{"pipe", [](bool) { return make_pipe(); }, true},
                                         Kind{"pipe_without_proc", [](bool) { return make_pipe(); }, false},
                                         Kind{"socket", [](bool) { return make_sockets(); }, true},
                                         Kind{"terminal", make_terminal, true},
                                         Kind{"terminal_without_proc", make_terminal, false, 70'000}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(SharedTest, ReadsWhatComesLater) {
  test::run([&]() -> Task<> {
    Ends ends = GetParam().make(true);
    Stream in = borrow(ends.reads.get(), Access::reads);
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await in.read_line(); });
    co_await sleep(1s);
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(::write(ends.writes.get(), "hel", 3), 3);
    co_await sleep(1s);
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(::write(ends.writes.get(), "lo\nmore", 7), 7);
    EXPECT_EQ(co_await reader, "hello\n");
    EXPECT_EQ(co_await in.read_some(), "more");
    EXPECT_FALSE(nonblocking(ends.reads));
  });
}

TEST_P(SharedTest, WritesMoreThanThereIsRoom) {
  test::run([&]() -> Task<> {
    const std::string much(GetParam().much, 'x');
    Ends ends = GetParam().make(false);
    Stream out = borrow(ends.writes.get(), Access::writes);
    Stream in = borrow(ends.reads.get(), Access::reads);
    auto writer = create_task([&]() -> Task<> { co_await out.write("", much); });
    co_await sleep(1s);
    EXPECT_FALSE(writer.done());
    EXPECT_EQ(co_await in.read_exactly(much.size()), much);
    co_await writer;
    EXPECT_FALSE(nonblocking(ends.writes));
    out.close();
    EXPECT_EQ(::write(ends.writes.get(), "still open", 10), 10);
  });
}

TEST_P(SharedTest, EndsWhenTheOtherSideDoes) {
  test::run([&]() -> Task<> {
    Ends ends = GetParam().make(true);
    if (::isatty(ends.reads.get())) co_return;  // a terminal hangs up instead
    Stream in = borrow(ends.reads.get(), Access::reads);
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await in.read_all(); });
    co_await sleep(1s);
    EXPECT_EQ(::write(ends.writes.get(), "bye", 3), 3);
    ends.writes.reset();
    EXPECT_EQ(co_await reader, "bye");
  });
}

TEST_P(SharedTest, WritingToNobodyFailsWithoutASignal) {
  test::run([&]() -> Task<> {
    Ends ends = GetParam().make(false);
    Stream out = borrow(ends.writes.get(), Access::writes);
    ends.reads.reset();
    auto ended = co_await outcome(out.write("x"));
    EXPECT_THROW(ended.value(), std::system_error);
  });
}

EDDY_TEST(StandardStreams, RegularFilesKeepTheirSharedPosition) {
  TestDirectory dir;
  const std::string path = dir.file("a", "one\ntwo\n");
  const sys::Fd shared(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  sys::Poller& poller = get_running_loop().poller();
  {
    Stream out(detail::borrow_descriptor(shared.get(), Access::writes, "a file", poller));
    co_await out.write("ONE", "\n");
  }
  EXPECT_EQ(::lseek(shared.get(), 0, SEEK_CUR), 4);
  Stream in(detail::borrow_descriptor(shared.get(), Access::reads, "a file", poller));
  EXPECT_EQ(co_await in.read_all(), "two\n");
  EXPECT_EQ(bytes_of(path), "ONE\ntwo\n");
}

EDDY_TEST(StandardStreams, Devices) {
  const sys::Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  sys::Poller& poller = get_running_loop().poller();
  Stream both(detail::borrow_descriptor(null.get(), Access::reads, "nothing", poller));
  EXPECT_EQ(co_await both.read_all(), "");
  co_await both.write("gone");
  const sys::Fd full(::open("/dev/full", O_RDWR | O_CLOEXEC));
  Stream out(detail::borrow_descriptor(full.get(), Access::writes, "stdout", poller));
  auto ended = co_await outcome(out.write("x"));
  try {
    ended.value();
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_space_on_device);
    EXPECT_NE(std::string(error.what()).find("write to stdout"), std::string::npos) << error.what();
  }
}

EDDY_TEST(StandardStreams, ADescriptorThatIsNotOpenSaysSo) {
  sys::Poller& poller = get_running_loop().poller();
  EXPECT_THROW(static_cast<void>(detail::borrow_descriptor(-1, Access::reads, "stdin", poller)), std::system_error);
  co_return;
}

/// Descriptor `fd` is another one while this lives.
class Instead {
 public:
  Instead(int fd, int other) : fd_(fd), saved_(::fcntl(fd, F_DUPFD_CLOEXEC, 3)) { ::dup2(other, fd); }
  Instead(const Instead&) = delete;
  Instead& operator=(const Instead&) = delete;
  ~Instead() { saved_ ? ::dup2(saved_.get(), fd_) : ::close(fd_); }

 private:
  int fd_;
  sys::Fd saved_;
};

EDDY_TEST(StandardStreams, AreDescriptors012) {
  Ends in = make_pipe();
  Ends out = make_pipe();
  Ends errors = make_pipe();
  {
    const Instead zero(0, in.reads.get());
    const Instead one(1, out.writes.get());
    const Instead two(2, errors.writes.get());
    Stream input = stdin_stream();
    Stream output = stdout_stream();
    Stream complaints = stderr_stream();
    EXPECT_EQ(::write(in.writes.get(), "a line\n", 7), 7);
    co_await output.write(co_await input.read_line());
    co_await complaints.write("oh");
  }
  char memory[16];
  EXPECT_EQ(::read(out.reads.get(), memory, sizeof memory), 7);
  EXPECT_EQ(::read(errors.reads.get(), memory, sizeof memory), 2);
}

}  // namespace
}  // namespace eddy
