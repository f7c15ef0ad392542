// SPDX-License-Identifier: MIT
#include "eddy/test/faulty_stream.h"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/test/test.h"

namespace eddy::test {
namespace {

EDDY_TEST(FaultyStream, FragmentsAndStallsLoseNothing) {
  for (std::uint64_t seed = 1; seed != 20; ++seed) {
    auto [here, there] = memory_stream_pair(100);
    Stream bad = faulty_stream(std::move(here), Faults{}.seed(seed).fragments().stalls());
    const std::string text(1000, 'x');
    auto write = [&]() -> Task<> {
      co_await bad.write(text, "end");
      co_await bad.write_eof();
    };
    auto answer = [&]() -> Task<> {
      const std::string got = co_await there.read_all();
      EXPECT_EQ(got, text + "end");
      co_await there.write(got);
      there.close();
    };
    auto read = [&]() -> Task<> { EXPECT_EQ((co_await bad.read_all()).size(), 1003u); };
    co_await gather(write(), answer(), read());
  }
}

EDDY_TEST(FaultyStream, ReadingFailsAfterSoManyBytes) {
  auto [here, there] = memory_stream_pair();
  Stream bad = faulty_stream(std::move(here), Faults{}.fail_reading_after(3, ECONNRESET));
  co_await there.write("hello");
  EXPECT_EQ(co_await bad.read_exactly(3), "hel");
  auto ended = co_await outcome(bad.read_some());
  try {
    static_cast<void>(ended.value());
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_reset);
  }
}

EDDY_TEST(FaultyStream, TheStreamEndsAfterSoManyBytes) {
  auto [here, there] = memory_stream_pair();
  Stream bad = faulty_stream(std::move(here), Faults{}.fail_reading_after(3, 0));
  co_await there.write("hello");
  EXPECT_EQ(co_await bad.read_all(), "hel");
}

EDDY_TEST(FaultyStream, WritingFailsAfterSoManyBytes) {
  auto [here, there] = memory_stream_pair();
  Stream bad = faulty_stream(std::move(here), Faults{}.fail_writing_after(3, EPIPE));
  auto ended = co_await outcome(bad.write("hello"));
  EXPECT_THROW(ended.value(), std::system_error);
  EXPECT_EQ(co_await there.read_some(), "hel");
}

}  // namespace
}  // namespace eddy::test
