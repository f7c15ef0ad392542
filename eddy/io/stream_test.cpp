// SPDX-License-Identifier: MIT
#include "eddy/io/stream.h"

#include <chrono>
#include <functional>
#include <ranges>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/readiness.h"
#include "eddy/core/run.h"
#include "eddy/io/stream_error.h"
#include "eddy/io/two_pipes_test.h"
#include "eddy/net/tls.h"
#include "eddy/net/tls_server.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// Every test runs on each kind of stream.
struct StreamKind {
  const char* name;
  Task<StreamPair> (*make)();
};

// A TLS stream takes a hard close for an attack, unless told otherwise; the others cannot tell.
Task<StreamPair> tls(StreamPair plain) {
  static const Certificate certificate = make_self_signed("localhost");
  Tls client = Tls().ca_pem(certificate.chain()).tolerate_truncation(true);
  TlsServer server = TlsServer(certificate).tolerate_truncation(true).session_tickets(false);
  auto both = co_await gather(start_tls(std::move(plain.first), client, "localhost"),
                              start_tls(std::move(plain.second), server));
  auto& [first, second] = both;
  co_return StreamPair(std::move(first), std::move(second));
}

template <auto kMake, auto... kArgs>
Task<StreamPair> plain() {
  co_return kMake(kArgs...);
}

template <auto kMake, auto... kArgs>
Task<StreamPair> tls_over() {
  return tls(kMake(kArgs...));
}

void PrintTo(const StreamKind& kind, std::ostream* out) { *out << kind.name; }

class StreamTest : public testing::TestWithParam<StreamKind> {
 protected:
  static Task<StreamPair> pair() { return GetParam().make(); }
  template <class F>
  static void on_streams(F body) {
    test::run([&]() -> Task<> {
      auto [here, there] = co_await pair();
      co_await body(here, there);
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, StreamTest,
                         testing::Values(StreamKind{"memory", &plain<memory_stream_pair, 65536>},
                                         StreamKind{"memory_of_7_bytes", &plain<memory_stream_pair, 7>},
                                         StreamKind{"socket", &plain<socket_stream_pair>},
                                         StreamKind{"pipes", &plain<pipe_stream_pair>},
                                         StreamKind{"tls", &tls_over<memory_stream_pair, 65536>},
                                         StreamKind{"tls_over_100_bytes", &tls_over<memory_stream_pair, 100>},
                                         StreamKind{"tls_over_socket", &tls_over<socket_stream_pair>}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(StreamTest, ReadSomeGivesWhatIsThere) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("hello");
    EXPECT_EQ(co_await here.read_some(), "hello");
  });
}

TEST_P(StreamTest, ReadSomeTakesNoMoreThanAskedFor) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("hello");
    EXPECT_EQ(co_await here.read_some(2), "he");
    EXPECT_EQ(co_await here.read_some(0), "");
    EXPECT_EQ(co_await here.read_some(9), "llo");
  });
}

TEST_P(StreamTest, ReadSomeIntoMemoryOfTheCaller) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("hello");
    char memory[3] = {};
    const std::size_t got = co_await here.read_some(std::span<char>(memory));
    EXPECT_LE(got, 3u);
    EXPECT_EQ(std::string(memory, got) + co_await here.read_exactly(5 - got), "hello");
  });
}

TEST_P(StreamTest, ReadWaitsForBytes) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await here.read_some(); });
    co_await sleep(1s);
    EXPECT_FALSE(reader.done());
    co_await there.write("late");
    EXPECT_EQ(co_await reader, "late");
  });
}

TEST_P(StreamTest, PiecesGoOutInOrder) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    const std::string name = "b";
    const std::vector<std::string_view> list{"d", "", "e"};
    co_await gather(
        [&]() -> Task<> {
          co_await there.write("a", name, std::as_bytes(std::span("c", 1)));
          co_await there.write(list);
          co_await there.write("");
          co_await there.write_eof();
        }(),
        [&]() -> Task<> { EXPECT_EQ(co_await here.read_all(), "abcde"); }());
  });
}

TEST_P(StreamTest, ReadExactlyWaitsForAllBytes) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await here.read_exactly(6); });
    co_await there.write("abc");
    co_await sleep(1s);
    EXPECT_FALSE(reader.done());
    co_await there.write("defgh");
    EXPECT_EQ(co_await reader, "abcdef");
    EXPECT_EQ(co_await here.read_exactly(0), "");
    EXPECT_EQ(co_await here.read_some(), "gh");
  });
}

TEST_P(StreamTest, ReadExactlyGivesThePartWhenTheStreamEnds) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("abc");
    co_await there.write_eof();
    auto ended = co_await outcome(here.read_exactly(6));
    try {
      ended.value();
      ADD_FAILURE() << "no error";
    } catch (const IncompleteReadError& error) {
      EXPECT_EQ(error.partial(), "abc");
      EXPECT_NE(std::string_view(error.what()).find("after 3 bytes"), std::string_view::npos) << error.what();
    }
  });
}

TEST_P(StreamTest, ReadUntilGivesTheSeparatorToo) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await here.read_until("\r\n\r\n"); });
    for (const char* part : {"GET /", " HTTP/1.1\r", "\n\r", "\nbody"}) {
      co_await there.write(std::string_view(part));
      co_await sleep(1s);
    }
    EXPECT_EQ(co_await reader, "GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(co_await here.read_some(), "body");
  });
}

TEST_P(StreamTest, ReadUntilGivesUpBeyondTheLimitAndKeepsTheBytes) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    here.set_limit(4);
    co_await there.write("abcdef");
    auto ended = co_await outcome(here.read_until("\n"));
    EXPECT_THROW(ended.value(), LimitOverrunError);
    EXPECT_EQ(co_await here.read_exactly(6), "abcdef");
  });
}

TEST_P(StreamTest, TheLimitHoldsAlsoWhenTheSeparatorHasCome) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    here.set_limit(4);
    co_await there.write("abcd\n");
    EXPECT_EQ(co_await here.read_line(), "abcd\n");
    co_await there.write("abcde\n");
    auto ended = co_await outcome(here.read_line());
    EXPECT_THROW(ended.value(), LimitOverrunError);
    EXPECT_EQ(co_await here.read_exactly(6), "abcde\n");
  });
}

TEST_P(StreamTest, AWriteThatBecomesATaskKeepsItsBytes) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto writing = create_task(there.write(std::string(100, 'a') + "b", std::string_view(), std::string(3, 'c')));
    co_await sleep(1s);
    EXPECT_EQ(co_await here.read_exactly(104), std::string(100, 'a') + "bccc");
    co_await writing;
  });
}

TEST_P(StreamTest, AWriteKeepsATemporaryStringThoughItIsPutAside) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    const std::string names[] = {"short", std::string(3'000, 'n')};
    auto reading = create_task(here.read_exactly(3'013));
    auto aside = there.write(names[0] + ";");
    auto moved = std::move(aside);
    co_await std::move(moved);
    co_await gather(names | std::views::transform([&](const std::string& name) { return there.write(name + "\n"); }));
    co_await there.write(std::string());
    EXPECT_EQ(co_await reading, "short;short\n" + names[1] + "\n");
  });
}

TEST_P(StreamTest, DestroyedWhileItCloses) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    const std::string much(4'000'000, 'x');
    auto writer = create_task([&]() -> Task<> { co_await there.write(much); });
    co_await sleep(1s);
    auto closing = create_task(there.aclose());
    co_await sleep(1s);
    {
      Stream gone = std::move(there);
    }
    co_await closing;
    auto ended = co_await outcome(writer);
    EXPECT_THROW(ended.value(), ClosedError);
    static_cast<void>(here);
  });
}

TEST_P(StreamTest, LinesEndWithTheStream) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto writer = create_task([&]() -> Task<> {
      co_await there.write("one\r\ntwo\n\nthree");
      co_await there.write_eof();
    });
    std::vector<std::string> lines;
    auto all = here.lines();
    while (auto line = co_await all.next()) lines.push_back(*line);
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "three"}));
    EXPECT_TRUE(here.at_eof());
    EXPECT_EQ(co_await here.read_line(), "");
    co_await writer;
  });
}

TEST_P(StreamTest, PeekTakesNothing) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("abcdef");
    EXPECT_EQ((co_await here.peek(3)).substr(0, 3), "abc");
    here.consume(2);
    EXPECT_EQ(co_await here.read_exactly(4), "cdef");
    co_await there.write_eof();
    EXPECT_EQ(co_await here.peek(), "");
  });
}

TEST_P(StreamTest, TheEndIsSaidAgainAndAgain) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("x");
    there.close();
    EXPECT_EQ(co_await here.read_all(), "x");
    EXPECT_EQ(co_await here.read_some(), "");
    EXPECT_EQ(co_await here.read_all(), "");
    EXPECT_TRUE(here.at_eof());
  });
}

TEST_P(StreamTest, AfterWriteEofAnswersStillCome) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write_eof();
    EXPECT_EQ(co_await here.read_all(), "");
    co_await here.write("answer");
    EXPECT_EQ(co_await there.read_some(), "answer");
  });
}

TEST_P(StreamTest, ReadAllHasALimit) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("abcdef");
    co_await there.write_eof();
    auto ended = co_await outcome(here.read_all(5));
    EXPECT_THROW(ended.value(), LimitOverrunError);
    EXPECT_EQ(co_await here.read_all(6), "abcdef");
  });
}

TEST_P(StreamTest, ACancelledReadLosesNothing) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await there.write("abc");
    EXPECT_FALSE((co_await try_for(here.read_exactly(6), 1s)).has_value());
    EXPECT_FALSE((co_await try_for(here.read_until("f"), 1s)).has_value());
    EXPECT_FALSE((co_await try_for(here.read_all(), 1s)).has_value());
    co_await there.write("def");
    EXPECT_EQ(co_await here.read_exactly(6), "abcdef");
  });
}

TEST_P(StreamTest, AReadCancelledInTheRaceWithItsBytesLosesNothing) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await here.read_some(); });
    co_await sleep(1s);
    co_await there.write("abc");
    if (here.fd() >= 0) co_await readable(here.fd());
    reader.cancel();
    auto ended = co_await outcome(reader);
    std::string all = ended.has_value() ? ended.value() : "";
    if (all.empty()) all = co_await here.read_some();
    EXPECT_EQ(all, "abc");
  });
}

TEST_P(StreamTest, AWriteWaitsForTheReader) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    const std::string much(4'000'000, 'x');
    auto writer = create_task([&]() -> Task<> {
      co_await there.write(much);
      co_await there.write_eof();
    });
    co_await sleep(1s);
    EXPECT_FALSE(writer.done());
    EXPECT_EQ((co_await here.read_all()).size(), much.size());
    co_await writer;
  });
}

TEST_P(StreamTest, WritesOfSeveralTasksDoNotMix) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    constexpr std::size_t kSize = 1'000'000;
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      for (char c : {'a', 'b', 'c'}) {
        tg.create_task([&there, c]() -> Task<> { co_await there.write(std::string(kSize, c)); });
      }
      const std::string all = co_await here.read_exactly(3 * kSize);
      for (std::size_t part = 0; part != 3; ++part) {
        EXPECT_EQ(all.find_first_not_of(all[part * kSize], part * kSize), part == 2 ? all.npos : (part + 1) * kSize);
      }
    });
  });
}

TEST_P(StreamTest, AWriterThatGivesUpInTheLineHasWrittenNothing) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    const std::string much(2'000'000, 'x');
    auto first = create_task([&]() -> Task<> { co_await there.write(much); });
    co_await sleep(1s);
    auto second = create_task([&]() -> Task<> { co_await there.write("second"); });
    auto third = create_task([&]() -> Task<> { co_await there.write("third"); });
    co_await sleep(1s);
    co_await cancel_and_wait(second);
    EXPECT_EQ(co_await here.read_exactly(much.size()), much);
    EXPECT_EQ(co_await here.read_exactly(5), "third");
    co_await gather(first, third);
  });
}

TEST_P(StreamTest, ACancelledWriteLetsTheNextOneGo) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    const std::string much(2'000'000, 'x');
    auto first = create_task([&]() -> Task<> { co_await there.write(much); });
    co_await sleep(1s);
    auto second = create_task([&]() -> Task<> {
      co_await there.write("!");
      co_await there.write_eof();
    });
    co_await sleep(1s);
    co_await cancel_and_wait(first);
    const std::string all = co_await here.read_all();
    EXPECT_EQ(all.back(), '!');
    EXPECT_EQ(all.find_first_not_of('x'), all.size() - 1);
    co_await second;
  });
}

TEST_P(StreamTest, TwoReadersAreAnError) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await here.read_some(); });
    co_await sleep(1s);
    auto ended = co_await outcome(here.read_some());
    EXPECT_THROW(ended.value(), RuntimeError);
    co_await there.write("x");
    EXPECT_EQ(co_await reader, "x");
  });
}

TEST_P(StreamTest, ClosingEndsWhoWaits) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    const std::string much(4'000'000, 'x');
    auto reader = create_task([&]() -> Task<> { co_await here.read_some(); });
    auto writer = create_task([&]() -> Task<> { co_await here.write(much); });
    auto second = create_task([&]() -> Task<> { co_await here.write("second"); });
    co_await sleep(1s);
    here.close();
    here.close();
    for (auto* task : {&reader, &writer, &second}) {
      auto ended = co_await outcome(*task);
      EXPECT_THROW(ended.value(), ClosedError);
    }
    EXPECT_FALSE(here.is_open());
    auto again = co_await outcome(here.write("x"));
    EXPECT_THROW(again.value(), ClosedError);
    static_cast<void>(there);
  });
}

TEST_P(StreamTest, WritingToAClosedPeerFails) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    there.close();
    auto ended = co_await outcome([&]() -> Task<> {
      for (int i = 0; i != 10; ++i) {
        co_await here.write("x");
        co_await sleep(1s);  // the kernel may still be reading for the one that closed
      }
    }());
    try {
      ended.value();
      ADD_FAILURE() << "no error";
    } catch (const std::system_error& error) {
      EXPECT_TRUE(error.code() == std::errc::broken_pipe || error.code() == std::errc::connection_reset)
          << error.what();
    }
  });
}

TEST_P(StreamTest, AMovedStreamGoesOn) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await here.read_some(); });
    co_await sleep(1s);
    Stream moved = std::move(here);
    co_await there.write("x");
    EXPECT_EQ(co_await reader, "x");
    co_await there.write("y");
    EXPECT_EQ(co_await moved.read_some(), "y");
    auto ended = co_await outcome(here.read_some());  // NOLINT(bugprone-use-after-move): on purpose
    EXPECT_THROW(ended.value(), ClosedError);
  });
}

TEST_P(StreamTest, WithClosesIt) {
  on_streams([](Stream& here, Stream& there) -> Task<> {
    co_await with(std::move(there), [](Stream& stream) -> Task<> { co_await stream.write("bye"); });
    EXPECT_EQ(co_await here.read_all(), "bye");
  });
}

TEST_P(StreamTest, AnEmptyStreamSaysSo) {
  on_streams([](Stream&, Stream&) -> Task<> {
    Stream nothing;
    auto ended = co_await outcome(nothing.write("x"));
    EXPECT_THROW(ended.value(), ClosedError);
    co_await nothing.aclose();
    EXPECT_TRUE(nothing.at_eof());
  });
}

TEST_P(StreamTest, OutlivesItsLoop) {
  Stream kept;
  run([&]() -> Task<> {
    auto [here, there] = co_await pair();
    co_await there.write("x");
    kept = std::move(here);
  });
  run([&]() -> Task<> {
    auto ended = co_await outcome(kept.read_some());
    if (kept.fd() < 0) {
      EXPECT_EQ(ended.value(), "x");  // memory is nobody's
    } else {
      EXPECT_THROW(ended.value(), RuntimeError);
    }
  });
}

TEST_P(StreamTest, GoesOnWhenItsLoopRunsAgain) {
  Loop loop;
  Stream here;
  Stream there;
  auto open = [&]() -> Task<> {
    auto both = co_await pair();
    here = std::move(both.first);
    there = std::move(both.second);
    EXPECT_FALSE((co_await try_for(here.read_some(), 1ms)).has_value());
  };
  loop.run_until_complete(open());
  auto use = [&]() -> Task<> {
    co_await there.write("x");
    EXPECT_EQ(co_await here.read_some(), "x");
  };
  loop.run_until_complete(use());
  std::thread([&] { loop.run_until_complete(use()); }).join();
  loop.run_until_complete(use());
}

}  // namespace
}  // namespace eddy
