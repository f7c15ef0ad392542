// SPDX-License-Identifier: MIT
#include "eddy/test/fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/test/failures_of.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy::test {
namespace {

using namespace std::chrono_literals;

class HooksTest : public Fixture {
 protected:
  Task<> SetUpAsync() override {
    co_await sleep(1s);
    steps_ = {"set up"};
    background_ = create_task([]() -> Task<> { co_await sleep(1h); });
  }
  Task<> TearDownAsync() override {
    EXPECT_EQ(steps_, (std::vector<std::string>{"set up", "body"}));
    background_.cancel();
    co_await checkpoint();
  }
  std::vector<std::string> steps_;
  TaskHandle<> background_;  // kept until the fixture dies, and yet no leak
};

EDDY_TEST_F(HooksTest, RunAroundTheBody) {
  EXPECT_EQ(steps_, std::vector<std::string>{"set up"});
  co_await sleep(1s);
  EXPECT_FALSE(background_.done());
  steps_.emplace_back("body");
}

EDDY_TEST_F(HooksTest, TakeOptions, Options{}.seed(9)) {
  EXPECT_EQ(current_seed(), 9u);
  steps_.emplace_back("body");
  co_return;
}

/// A test that other tests run.
class Sample : public Fixture {
 public:
  Task<> SetUpAsync() override {
    ++set_ups;
    if (set_up_throws) throw std::runtime_error("no set-up");
    co_return;
  }
  Task<> TearDownAsync() override {
    ++tear_downs;
    co_return;
  }
  std::vector<std::string> run_with(const std::function<Task<>()>& body, const Options& options = {}) {
    return failures_of([&] { detail::run_test(*this, body, options, std::source_location::current()); });
  }
  std::vector<std::string> run_once(const std::function<Task<>()>& body) {
    return run_with(body, Options{}.shuffle(false));
  }
  int set_ups = 0;
  int tear_downs = 0;
  bool set_up_throws = false;

 private:
  void TestBody() override {}
};

bool one_with(const std::vector<std::string>& failures, const std::string& part) {
  return failures.size() == 1 && failures[0].find(part) != std::string::npos;
}

TEST(FixtureTest, TearsDownAfterABodyThatThrows) {
  Sample sample;
  auto failures = sample.run_once([]() -> Task<> {
    co_await checkpoint();
    throw std::runtime_error("boom");
  });
  EXPECT_TRUE(one_with(failures, "the test's body ended in std::runtime_error: boom"));
  EXPECT_EQ(sample.tear_downs, 1);
}

TEST(FixtureTest, TearsDownAfterADeadlock) {
  Sample sample;
  auto failures = sample.run_once([]() -> Task<> {
    Sequencer seq;
    co_await seq.point(1);
  });
  EXPECT_TRUE(one_with(failures, "deadlock")) << ::testing::PrintToString(failures);
  EXPECT_EQ(sample.tear_downs, 1);
}

TEST(FixtureTest, TearsDownButRunsNoBodyWhenSetUpThrows) {
  Sample sample;
  sample.set_up_throws = true;
  bool ran = false;
  auto failures = sample.run_once([&]() -> Task<> {
    ran = true;
    co_return;
  });
  EXPECT_TRUE(one_with(failures, "SetUpAsync ended in std::runtime_error: no set-up"));
  EXPECT_FALSE(ran);
  EXPECT_EQ(sample.tear_downs, 1);
}

TEST(FixtureTest, ABodyThatIsCancelledFails) {
  Sample sample;
  auto failures = sample.run_once([]() -> Task<> {
    current_task().cancel("why not");
    co_await checkpoint();
  });
  EXPECT_TRUE(one_with(failures, "why not"));
}

/// Sets an environment variable for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* was = std::getenv(name)) before_ = was;
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

std::vector<std::uint64_t> seeds_of(const Options& options = {}) {
  Sample sample;
  std::vector<std::uint64_t> seeds;
  auto failures = sample.run_with(
      [&]() -> Task<> {
        seeds.push_back(current_seed());
        co_return;
      },
      options);
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(sample.set_ups, static_cast<int>(seeds.size()));
  EXPECT_EQ(sample.tear_downs, sample.set_ups);
  return seeds;
}

TEST(SeedsTest, OneRunUnlessTheEnvironmentAsksForMore) {
  Variable one("EDDY_TEST_SEED", nullptr);
  Variable none("EDDY_TEST_SEEDS", nullptr);
  EXPECT_EQ(seeds_of(), std::vector<std::uint64_t>{0});
  Variable many("EDDY_TEST_SEEDS", "3");
  EXPECT_EQ(seeds_of(), (std::vector<std::uint64_t>{1, 2, 3}));
  Variable seven("EDDY_TEST_SEED", "7");
  EXPECT_EQ(seeds_of(), std::vector<std::uint64_t>{7});
  EXPECT_EQ(seeds_of(Options{}.seed(5)), std::vector<std::uint64_t>{5});
}

TEST(SeedsTest, NonsenseInTheEnvironmentIsAnError) {
  Variable nonsense("EDDY_TEST_SEED", "seven");
  Sample sample;
  EXPECT_THROW(sample.run_with([]() -> Task<> { co_return; }), std::invalid_argument);
}

EDDY_TEST(SeedsTest, DISABLED_FailsWithSomeSeeds) {
  std::vector<int> order;
  auto note = [&](int who) -> Task<> {
    order.push_back(who);
    co_return;
  };
  auto a = create_task(note, 1);
  auto b = create_task(note, 2);
  co_await a;
  co_await b;
  EXPECT_EQ(order[0], 1);
}

std::string output_of(const std::string& command) {
  std::string output;
  std::FILE* from = popen(command.c_str(), "r");
  if (!from) return "cannot run " + command;
  std::array<char, 4096> buffer;
  while (std::size_t got = std::fread(buffer.data(), 1, buffer.size(), from)) output.append(buffer.data(), got);
  pclose(from);
  return output;
}

TEST(SeedsTest, AFailurePrintsItsSeedAndTheSeedReproducesIt) {
  std::array<char, 4096> self{};
  ASSERT_GT(readlink("/proc/self/exe", self.data(), self.size() - 1), 0);
  std::string arguments = std::string(" ") + self.data() +
                          " --gtest_also_run_disabled_tests --gtest_filter=SeedsTest.DISABLED_FailsWithSomeSeeds 2>&1";
  EXPECT_NE(output_of("env -u EDDY_TEST_SEED -u EDDY_TEST_SEEDS" + arguments).find("[  PASSED  ] 1 test"),
            std::string::npos);
  std::string output = output_of("env -u EDDY_TEST_SEED EDDY_TEST_SEEDS=50" + arguments);
  std::size_t at = output.find("to see it again: EDDY_TEST_SEED=");
  ASSERT_NE(at, std::string::npos) << output;
  EXPECT_EQ(output.find("to see it again", at + 1), std::string::npos)
      << "it goes on after the first failure: " << output;
  std::string seed = output.substr(at + 32, output.find(' ', at + 32) - at - 32);
  EXPECT_NE(output_of("env EDDY_TEST_SEED=" + seed + arguments).find("[  FAILED  ] 1 test"), std::string::npos);
}

}  // namespace
}  // namespace eddy::test
