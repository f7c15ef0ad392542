// SPDX-License-Identifier: MIT
//
// Random task trees with random cancels, errors and timers, in random interleavings. Whatever happens: nothing outlives
// its scope, every frame and argument dies exactly once, every error is received exactly once, and all of it ends.
//
// EDDY_TREES=100000 runs more of them than usual, EDDY_TREE=17 just the seventeenth.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>

#include "eddy/combine/scenario_test.h"
#include "eddy/combine/tree_plan_test.h"
#include "eddy/combine/tree_world_test.h"

namespace eddy::trees {
namespace {

using namespace scenario;

Task<int> interpret(Place place, const Plan& plan);

Duration delay_of(unsigned number) { return std::chrono::milliseconds(number % 8); }

std::vector<Task<int>> all_kids(const Place& place, const Plan& plan) {
  std::vector<Task<int>> tasks;
  for (const Plan& kid : plan.kids) tasks.push_back(interpret(place, kid));
  return tasks;
}

Task<int> as_task(Place place, const Plan& plan, Token) { co_return co_await interpret(place, plan); }

/// Keeps the handle for those who cancel at random, and looks after the task's end.
template <class T>
TaskHandle<T> keep(World& world, int task, TaskHandle<T> handle) {
  handle.add_done_callback([&world, task](TaskHandle<T>&) { world.task_ended(task); });
  world.handles.push_back(handle);
  return handle;
}

/// Outside of the frame's care: the loop's. Its frame may live as long as it likes.
TaskHandle<int> spawn(const Place& from, const Plan& plan) {
  Place place{from.world};
  place.task = from.world->new_task();
  place.may_vanish = from.may_vanish;
  return keep(*from.world, place.task, create_task(as_task, place, std::cref(plan), Token(*from.world)));
}

Task<int> leaf(Place place, const Plan& plan) {
  Guard guard(place);
  World& world = guard.world();
  switch (plan.kind) {
    case Kind::kCheckpoint:
      co_await checkpoint();
      break;
    case Kind::kSleep:
      co_await sleep(delay_of(plan.a));
      break;
    case Kind::kThrow:
      co_await sleep(delay_of(plan.a));
      throw world.new_failure(place);
    case Kind::kThrowAtOnce:
      throw world.new_failure(place);
    case Kind::kThrowInt:
      co_await checkpoint();
      throw world.new_failure(place).id;
    case Kind::kCancelSomebody:
      co_await sleep(delay_of(plan.b));
      if (!world.handles.empty()) world.handles[plan.a % world.handles.size()].cancel();
      break;
    default:
      current_task().cancel();
      break;
  }
  guard.finish();
  co_return 1;
}

Task<int> sequence(Place place, const Plan& plan) {
  Guard guard(place);
  for (const Plan& kid : plan.kids) co_await interpret(guard.inside(), kid);
  guard.finish();
  co_return 2;
}

Task<int> group(Place place, const Plan& plan) {
  Guard guard(place);
  World& world = guard.world();
  int result = co_await task_group([&](TaskGroup& tg) -> Task<int> {
    if (plan.a % 3 == 0) tg.limit(1 + plan.b % 2);
    for (const Plan& kid : plan.kids) {
      Place inside = guard.inside();
      inside.task = world.new_task();
      keep(world, inside.task, tg.create_task(as_task, inside, std::cref(kid), Token(world)));
    }
    if (plan.b % 5 == 0) {
      co_await sleep(delay_of(plan.a));
      tg.cancel();
    }
    co_return co_await interpret(guard.inside(), plan.kids[0]);
  });
  guard.finish();
  co_return result;
}

Task<int> signal_then(Started<int> ready, Place place, const Plan& plan, Token) {
  co_await sleep(delay_of(plan.a));
  co_await ready(7);
  co_return co_await interpret(place, plan.kids[0]);
}

Task<int> start(Place place, const Plan& plan) {
  Guard guard(place);
  World& world = guard.world();
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    Place inside = guard.inside();
    inside.task = world.new_task();
    auto starting = tg.start(signal_then, inside, std::cref(plan), Token(world));
    if (plan.b % 2 == 0) {
      co_await wait_for(std::move(starting), delay_of(plan.b));
    } else {
      co_await std::move(starting);
    }
  });
  guard.finish();
  co_return 3;
}

Task<int> several(Place place, const Plan& plan) {
  Guard guard(place);
  if (plan.kind == Kind::kGather) {
    co_await gather(all_kids(guard.inside(), plan));
  } else if (plan.kind == Kind::kGatherPair) {
    co_await gather(interpret(guard.inside(), plan.kids.front()), interpret(guard.inside(), plan.kids.back()));
  } else if (plan.kind == Kind::kGatherOutcomes) {
    auto outcomes = co_await gather(return_exceptions, all_kids(guard.inside(), plan));
    for (auto& r : outcomes) guard.world().receive(r.error());
  } else if (plan.kind == Kind::kRace) {
    co_await race(all_kids(guard.inside(), plan));
  } else {
    Place inside = guard.inside();
    inside.may_vanish = true;
    co_await first_success(all_kids(inside, plan));
  }
  guard.finish();
  co_return 4;
}

Task<int> around(Place place, const Plan& plan) {
  Guard guard(place);
  const Plan& kid = plan.kids.front();
  if (plan.kind == Kind::kWaitFor) {
    co_await wait_for(interpret(guard.inside(), kid), delay_of(plan.a));
  } else if (plan.kind == Kind::kTryFor) {
    co_await try_for(interpret(guard.inside(), kid), delay_of(plan.a));
  } else if (plan.kind == Kind::kShield) {
    co_await shield(interpret(guard.inside(), kid));
  } else if (plan.kind == Kind::kFinally) {
    co_await finally(interpret(guard.inside(), kid), [&] { return interpret(guard.inside(), plan.kids.back()); });
  } else {
    co_await on_cancel(interpret(guard.inside(), kid), [&] { return interpret(guard.inside(), plan.kids.back()); });
  }
  guard.finish();
  co_return 5;
}

Task<int> look(Place place, const Plan& plan) {
  Guard guard(place);
  const Plan& kid = plan.kids.front();
  if (plan.kind == Kind::kRaising) {
    try {
      co_await raising(interpret(guard.inside(), kid));
    } catch (const Cancelled&) {
    }
  } else {
    auto r = co_await outcome(interpret(guard.inside(), kid));
    if (plan.kind == Kind::kOutcome) guard.world().receive(r.error());
  }
  if (plan.kids.size() > 1) co_await interpret(guard.inside(), plan.kids.back());
  guard.finish();
  co_return 6;
}

Task<int> fastest_first(Place place, const Plan& plan) {
  Guard guard(place);
  auto completed = as_completed(all_kids(guard.object(), plan));
  for (unsigned left = plan.a % 4; left > 0; --left) {
    auto next = co_await completed.next();
    if (!next) break;
    guard.world().receive(next->error());
    if (plan.b % 4 == 0) throw guard.world().new_failure(place);
    if (plan.b % 4 == 1) co_await gather(sleep(delay_of(plan.b)), checkpoint());
  }
  guard.finish();
  co_return 7;
}

Task<int> scope_object(Place place, const Plan& plan) {
  Guard guard(place);
  Scope scope;
  for (const Plan& kid : plan.kids) scope.create_task(as_task, guard.object(), std::cref(kid), Token(guard.world()));
  co_await sleep(delay_of(plan.a));
  if (plan.b % 3 == 0) co_await scope.join();
  if (plan.b % 3 == 1) co_await scope.close();
  guard.finish();
  co_return 8;
}

Task<int> spawning(Place place, const Plan& plan) {
  Guard guard(place);
  auto handle = spawn(place, plan.kids.front());
  if (plan.kind == Kind::kSpawnAndAwait) {
    co_await handle;
  } else if (plan.kind == Kind::kSpawnAndOwn) {
    if (plan.a % 3 == 0) co_await gather(handle, interpret(guard.inside(), plan.kids.back()));
    if (plan.a % 3 == 1) co_await wait_for(handle, delay_of(plan.b));
    if (plan.a % 3 == 2) co_await race(handle, interpret(guard.inside(), plan.kids.back()));
  } else if (plan.kind == Kind::kSpawnAndCancel) {
    co_await sleep(delay_of(plan.a));
    co_await cancel_and_wait(handle);
  }
  guard.finish();
  co_return 9;
}

Task<int> interpret(Place place, const Plan& plan) {
  switch (plan.kind) {
    case Kind::kSequence:
      return sequence(place, plan);
    case Kind::kGroup:
      return group(place, plan);
    case Kind::kStart:
      return start(place, plan);
    case Kind::kGather:
    case Kind::kGatherPair:
    case Kind::kGatherOutcomes:
    case Kind::kRace:
    case Kind::kFirstSuccess:
      return several(place, plan);
    case Kind::kWaitFor:
    case Kind::kTryFor:
    case Kind::kShield:
    case Kind::kFinally:
    case Kind::kOnCancel:
      return around(place, plan);
    case Kind::kOutcome:
    case Kind::kDroppedOutcome:
    case Kind::kRaising:
      return look(place, plan);
    case Kind::kAsCompleted:
      return fastest_first(place, plan);
    case Kind::kScope:
      return scope_object(place, plan);
    case Kind::kSpawn:
    case Kind::kSpawnAndAwait:
    case Kind::kSpawnAndOwn:
    case Kind::kSpawnAndCancel:
      return spawning(place, plan);
    default:
      return leaf(place, plan);
  }
}

Task<> run_tree(World& world, const Plan& plan) {
  auto root = spawn(Place{&world}, plan);
  co_await wait(root);
  while (all_tasks().size() > 1) co_await sleep(1ms);
  if (!root.cancelled()) world.receive(root.exception());
  root = {};
  world.handles.clear();
  co_await checkpoint();
}

/// Runs a tree in the interleaving of a seed. What was wrong, or nothing.
std::string problems_of(const Plan& plan, std::uint64_t seed) {
  World world;
  std::uint64_t frames = frame_stats().live;
  try {
    test::run(
        [&]() -> Task<> {
          get_running_loop().set_exception_handler(
              [&](Loop&, const ErrorContext& context) { world.receive(context.exception); });
          co_await run_tree(world, plan);
        },
        Options().seed(seed).shuffle(seed % 4 != 0));
  } catch (...) {
    world.complain(describe(std::current_exception()));
  }
  world.check_the_end();
  if (frame_stats().live != frames) world.complain("frames or task states have leaked");
  return world.problems();
}

std::uint64_t number_in_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(TreePropertyTest, RandomTreesEndWithEverythingAccountedFor) {
  std::uint64_t only = number_in_environment("EDDY_TREE", 0);
  std::uint64_t last = only ? only : number_in_environment("EDDY_TREES", 2000);
  for (std::uint64_t seed = only ? only : 1; seed <= last; ++seed) {
    Tape tape = Tape::random(seed, 20 + seed % 300);
    Plan plan = make_plan(tape, 3 + static_cast<int>(seed % 5));
    std::string problems = problems_of(plan, seed);
    ASSERT_EQ(problems, "") << "EDDY_TREE=" << seed << " reproduces it: " << to_string(plan);
  }
}

// The same with rapidcheck, which makes a failing tree small and prints how to reproduce it.
TEST(TreePropertyTest, SmallTreesThatCanBeShrunk) {
  EXPECT_TRUE(rc::check("random task trees", [](const std::vector<std::uint32_t>& words, std::uint32_t seed) {
    Tape tape(words);
    Plan plan = make_plan(tape, 5);
    std::string problems = problems_of(plan, seed);
    RC_ASSERT(problems == "");
  }));
}

}  // namespace
}  // namespace eddy::trees
