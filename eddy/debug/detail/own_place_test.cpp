// SPDX-License-Identifier: MIT
//
// Through what it is for: a coroutine that was never awaited says who dropped it. Not in the namespace of what is left
// out of such places.
#include "eddy/debug/detail/own_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "eddy/core/run.h"
#include "eddy/core/task.h"

namespace eddy::debug {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

Task<> never() { co_return; }

/// What debug mode says while `drop` runs in a task.
std::vector<std::string> said_of(std::function<void()> drop) {
  std::vector<std::string> said;
  auto main = [&]() -> Task<> {
    get_running_loop().set_exception_handler(
        [&](Loop&, const ErrorContext& context) { said.push_back(context.message); });
    drop();
    get_running_loop().set_exception_handler({});
    co_return;
  };
  run(main(), RunOptions{}.debug(true));
  return said;
}

[[gnu::noinline]] void drops_a_variable() { const Task<> forgotten = never(); }
[[gnu::noinline]] void drops_a_temporary() { (void)never(); }
[[gnu::noinline]] void drops_a_collection() {
  std::vector<Task<>> forgotten;
  for (int i = 0; i < 3; ++i) forgotten.push_back(never());
}

TEST(OwnPlaceTest, WhoDropsACoroutineIsNamed) {
  EXPECT_THAT(said_of(drops_a_variable),
              AllOf(SizeIs(1), Each(AllOf(HasSubstr("never' ("), HasSubstr(") was never awaited; dropped ")))));
  EXPECT_THAT(said_of(drops_a_variable), Each(HasSubstr("in eddy::debug::drops_a_variable")));
  EXPECT_THAT(said_of(drops_a_temporary), AllOf(SizeIs(1), Each(HasSubstr("in eddy::debug::drops_a_temporary"))));
}

TEST(OwnPlaceTest, ContainersAreNotTheProgramsOwn) {
  EXPECT_THAT(said_of(drops_a_collection), AllOf(SizeIs(3), Each(HasSubstr("in eddy::debug::drops_a_collection"))));
}

TEST(OwnPlaceTest, ACoroutineThatDropsAnotherIsNamed) {
  std::string said;
  auto forgets = [&]() -> Task<> {
    get_running_loop().set_exception_handler([&](Loop&, const ErrorContext& context) { said = context.message; });
    {
      const Task<> forgotten = never();
    }
    get_running_loop().set_exception_handler({});
    co_return;
  };
  run(forgets(), RunOptions{}.debug(true));
  EXPECT_THAT(said, HasSubstr("OwnPlaceTest_ACoroutineThatDropsAnotherIsNamed_Test::TestBody"));
}

}  // namespace
}  // namespace eddy::debug
