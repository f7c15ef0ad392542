// Tests whose bodies are coroutines, on a virtual clock: EDDY_TEST, and EDDY_TEST_F with an async fixture.
// SPDX-License-Identifier: MIT
#include <string>
#include <utility>

#include "eddy/eddy.h"
#include "eddy/test/test.h"

using namespace std::chrono_literals;
using eddy::Task;

class Session {
 public:
  Task<std::string> get(std::string url) {
    co_await eddy::sleep(1h);  // takes microseconds in a test
    co_return "content of " + url;
  }
  Task<> aclose() { co_await eddy::sleep(1s); }
};

EDDY_TEST(Fetch, TakesAnHour) {
  Session session;
  auto before = eddy::now();
  CO_ASSERT_EQ(co_await session.get("/"), "content of /");
  EXPECT_EQ(eddy::now() - before, 1h);
}

struct SessionTest : eddy::test::Fixture {
  Task<> SetUpAsync() override { co_await eddy::sleep(1s); }
  Task<> TearDownAsync() override { co_await session.aclose(); }
  Session session;
};

EDDY_TEST_F(SessionTest, GivesUpAfterAMinute) {
  auto page = co_await eddy::try_for(session.get("/"), 1min);
  CO_ASSERT_FALSE(page.has_value());
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::FLAGS_gtest_print_time = false;  // so that the output is always the same
  return RUN_ALL_TESTS();
}
