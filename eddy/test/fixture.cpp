// SPDX-License-Identifier: MIT
#include "eddy/test/fixture.h"

#include <cerrno>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/test/environment.h"
#include "eddy/test/run.h"

namespace eddy::test {

Task<> Fixture::SetUpAsync() { co_return; }
Task<> Fixture::TearDownAsync() { co_return; }

namespace detail {
namespace {

std::string current_test() {
  const ::testing::TestInfo* info = ::testing::UnitTest::GetInstance()->current_test_info();
  return info ? std::string(info->test_suite_name()) + "." + info->name() : "test";
}

/// One pass over set-up, body and tear-down.
class Pass {
 public:
  Pass(Fixture& fixture, const Options& options, std::source_location where)
      : fixture_(fixture), where_(where), session_(options, where) {}

  void run(const std::function<Task<>()>& body) {
    bool ok = part("SetUpAsync", [this] { return fixture_.SetUpAsync(); });
    if (ok && !ended()) ok = part("", body);
    ok = part("TearDownAsync", [this] { return fixture_.TearDownAsync(); }) && ok;
    session_.finish(!ok || ended());
  }

 private:
  static bool ended() { return ::testing::Test::HasFatalFailure() || ::testing::Test::IsSkipped(); }

  /// False when it threw, deadlocked or was cancelled.
  bool part(const std::string& name, const std::function<Task<>()>& body) {
    try {
      auto handle = session_.loop().create_task(std::ref(body));
      handle.set_name(current_test() + (name.empty() ? "" : " " + name));
      session_.drive(handle);
      handle.result();
      return true;
    } catch (...) {
      ADD_FAILURE_AT(where_.file_name(), static_cast<int>(where_.line()))
          << (name.empty() ? "the test's body" : name) << " ended in " << describe(std::current_exception());
      return false;
    }
  }

  Fixture& fixture_;
  std::source_location where_;
  Session session_;
};

/// The runs to make: one as the test asks, unless the environment asks for others and the test leaves it the choice.
std::vector<Options> plan(const Options& options) {
  Environment environment = Environment::read();
  std::vector<Options> runs;
  if (!options.order_chosen()) {
    Options seeded = options;
    if (environment.seed) return {seeded.seed(*environment.seed)};
    for (std::uint64_t seed = 1; seed <= environment.seeds; ++seed) runs.push_back(seeded.seed(seed));
  }
  if (runs.empty()) runs.push_back(options);
  return runs;
}

std::string how_to_reproduce(const Options& options) {
  std::string seed = std::to_string(options.seed());
  return "seed " + seed + "; to see it again: EDDY_TEST_SEED=" + seed + " " + program_invocation_name +
         " --gtest_filter=" + current_test();
}

}  // namespace

void run_test(Fixture& fixture, const std::function<Task<>()>& body, const Options& options,
              std::source_location where) {
  for (const Options& run : plan(options)) {
    std::optional<::testing::ScopedTrace> trace;
    if (run.shuffle()) trace.emplace(where.file_name(), static_cast<int>(where.line()), how_to_reproduce(run));
    Pass(fixture, run, where).run(body);
    if (::testing::Test::HasFailure() || ::testing::Test::IsSkipped()) return;
  }
}

}  // namespace detail
}  // namespace eddy::test
