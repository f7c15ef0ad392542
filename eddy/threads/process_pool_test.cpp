// SPDX-License-Identifier: MIT
#include "eddy/threads/process_pool.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/base/sanitizers.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

// Functions for workers.
namespace {

// The kit's clock is virtual, the workers' is not.
constexpr auto kReal = eddy::test::Options{}.real_time(true);

std::string made_early = "made before main";
const std::string made_late = made_early + " and used";

int add(int a, int b) { return a + b; }
std::string shout(const std::string& text) { return text + "!"; }
void nothing() {}
int worker_pid() { return ::getpid(); }
/// Comes back twice.
int fork_and_return(int n) {
  ::signal(SIGCHLD, SIG_IGN);
  return ::fork() < 0 ? -1 : n;
}
int write_to_the_pool(int n) { return ::write(3, "what is 3?\n and a bit more of it", 32) < 0 ? -1 : n; }
std::string global_object() { return made_late; }
double sum(std::span<const double> numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); }
std::vector<double> many(std::size_t count) { return std::vector<double>(count, 0.5); }
std::size_t length(std::string_view text) { return text.size(); }
int fails(int n) { throw std::out_of_range("no such item: " + std::to_string(n)); }
struct OwnError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
void fails_in_its_own_way() { throw OwnError("special"); }
void throws_a_number() { throw 7; }
void throws_a_code() { throw std::system_error(ENOENT, std::generic_category(), "open x"); }
void throws_bad_cast() { throw std::bad_cast(); }
struct Textless : std::exception {
  const char* what() const noexcept override { return nullptr; }
};
void throws_no_text() { throw Textless(); }
void dies(int signal) {
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}
void leaves(int code) { ::_exit(code); }
void hangs() {
  for (;;) ::pause();
}
void takes_all_memory() {
  std::vector<std::string> all;
  for (;;) all.emplace_back(16 << 20, 'x');
}
long sum_of_array(const std::array<int, 300>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0L); }
bool flip(bool flag) { return !flag; }
int square(int n) { return n * n; }
int fails_at_13(int n) {
  if (n == 13) throw std::invalid_argument("13");
  return n;
}
struct Job {
  std::string path;
  std::vector<int> lines;
};
Job grow(Job job) {
  job.path += ".out";
  job.lines.push_back(7);
  return job;
}
struct Counted {
  Counted() = default;
  Counted(const Counted& other) : value(other.value) { ++copies; }
  Counted& operator=(const Counted&) = delete;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value);
  }
  static inline int copies = 0;
  int value = 7;
};
int value_of(const Counted& counted) { return counted.value; }
std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "unset";
}

}  // namespace

namespace eddy {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(ProcessPoolTest, CallsAFunctionInAnotherProcess, kReal) {
  ProcessPool pool{2};
  EXPECT_EQ(pool.workers(), 0u);
  EXPECT_EQ(co_await pool.run(add, 2, 3), 5);
  EXPECT_EQ(co_await pool.run(shout, "hello"), "hello!");
  EXPECT_NE(co_await pool.run(worker_pid), ::getpid());
  co_await pool.run(nothing);
  EXPECT_EQ(pool.workers(), 1u);  // one after the other, one is enough
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, CallsALambdaWithoutCaptures, kReal) {
  ProcessPool pool{1};
  EXPECT_EQ(co_await pool.run([](int n) { return std::to_string(2 * n); }, 21), "42");
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, AnArgumentOfTheParametersTypeIsWrittenAsItIs, kReal) {
  ProcessPool pool{1};
  Counted counted;
  EXPECT_EQ(co_await pool.run(value_of, counted), 7);
  EXPECT_EQ(Counted::copies, 0);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, AWorkerHasItsGlobalObjectsAndNotOurVariable, kReal) {
  ProcessPool pool{1};
  EXPECT_EQ(co_await pool.run(global_object), "made before main and used");
  EXPECT_EQ(co_await pool.run(environment, "EDDY_PROCESS_POOL_WORKER"), "unset");
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, StructsTravel, kReal) {
  ProcessPool pool{1};
  Job job{"in", {1, 2}};
  auto grown = co_await pool.run(grow, job);
  EXPECT_EQ(grown.path, "in.out");
  EXPECT_EQ(grown.lines, (std::vector<int>{1, 2, 7}));
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, BigOnesGoThroughSharedMemory, kReal) {
  ProcessPool pool{1};
  std::vector<double> numbers(1'000'000, 0.25);
  EXPECT_EQ(co_await pool.run(sum, numbers), 250'000.0);
  auto back = co_await pool.run(many, 1'000'000u);
  EXPECT_EQ(back.size(), 1'000'000u);
  EXPECT_EQ(back.back(), 0.5);
  std::string text(200'000, 'x');  // in line, and more than a socket takes at once
  EXPECT_EQ(co_await pool.run(length, text), text.size());
  EXPECT_EQ((co_await pool.run(shout, text)).size(), text.size() + 1);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, ErrorsComeBackAsWhatTheyWere, kReal) {
  ProcessPool pool{1};
  auto known = co_await outcome(pool.run(fails, 3));
  CO_ASSERT_TRUE(known.error_as<std::out_of_range>());
  EXPECT_EQ(known.message(), "no such item: 3");
  auto unknown = co_await outcome(pool.run(fails_in_its_own_way));
  CO_ASSERT_TRUE(unknown.error_as<RemoteError>());
  EXPECT_NE(unknown.error_as<RemoteError>()->type().find("OwnError"), std::string::npos);
  EXPECT_NE(unknown.message().find("special"), std::string::npos);
  auto coded = co_await outcome(pool.run(throws_a_code));
  CO_ASSERT_TRUE(coded.error_as<std::system_error>());
  EXPECT_EQ(coded.error_as<std::system_error>()->code(), std::errc::no_such_file_or_directory);
  EXPECT_STREQ(coded.error_as<std::system_error>()->what(), "open x: No such file or directory");
  auto cast = co_await outcome(pool.run(throws_bad_cast));
  EXPECT_TRUE(cast.error_as<std::bad_cast>());
  auto textless = co_await outcome(pool.run(throws_no_text));
  EXPECT_TRUE(textless.error_as<RemoteError>());
  auto odd = co_await outcome(pool.run(throws_a_number));
  EXPECT_EQ(odd.message(), "int: not a std::exception");
  EXPECT_EQ(co_await pool.run(add, 1, 1), 2);
  EXPECT_EQ(pool.workers(), 1u);  // an error is no reason for a new one
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, AWorkerThatDiesIsAnErrorInTheOneCallItServed, kReal) {
  ProcessPool pool{2};
  auto [died, fine] = co_await gather(outcome(pool.run(dies, SIGTERM)), pool.run(add, 1, 2));
  CO_ASSERT_TRUE(died.error_as<WorkerDied>());
  EXPECT_EQ(died.error_as<WorkerDied>()->signal(), SIGTERM);
  EXPECT_NE(died.message().find("was killed by SIGTERM (Terminated)"), std::string::npos);
  EXPECT_EQ(fine, 3);
  auto left = co_await outcome(pool.run(leaves, 3));
  CO_ASSERT_TRUE(left.error_as<WorkerDied>());
  EXPECT_EQ(left.error_as<WorkerDied>()->exit_code(), 3);
  EXPECT_NE(left.message().find("exited with code 3"), std::string::npos);
  EXPECT_EQ(co_await pool.run(add, 2, 2), 4);  // healed
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, AnIdleWorkerThatDiedIsReplacedUnseen, kReal) {
  ProcessPool pool{1};
  int pid = co_await pool.run(worker_pid);
  ::kill(pid, SIGKILL);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  int other = co_await pool.run(worker_pid);
  EXPECT_NE(other, pid);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, ATimeoutKillsTheWorkerAndThePoolGoesOn, kReal) {
  ProcessPool pool{1};
  int pid = co_await pool.run(worker_pid);
  EXPECT_FALSE(co_await try_for(pool.run(hangs), 50ms));
  EXPECT_NE(co_await pool.run(worker_pid), pid);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, ACallThatWaitsForAWorkerLeavesTheLine, kReal) {
  ProcessPool pool{1};
  auto busy = create_task(pool.run(hangs));
  co_await sleep(20ms);
  auto waits = create_task(pool.run(add, 1, 1));
  co_await sleep(1ms);
  co_await cancel_and_wait(waits);
  EXPECT_TRUE(waits.cancelled());
  co_await cancel_and_wait(busy);
  EXPECT_EQ(co_await pool.run(add, 1, 1), 2);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, CancelledBeforeItBeginsStartsNobody, kReal) {
  ProcessPool pool{1};
  auto task = create_task(pool.run(add, 1, 1));
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(pool.workers(), 0u);
}

EDDY_TEST(ProcessPoolTest, MapKeepsTheOrderAndUsesAllWorkers, kReal) {
  ProcessPool pool{2};
  std::vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  auto squares = co_await pool.map(numbers, square);
  CO_ASSERT_EQ(squares.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(squares[static_cast<std::size_t>(i)], i * i);
  EXPECT_EQ(pool.workers(), 2u);
  EXPECT_TRUE((co_await pool.map(std::vector<int>(), square)).empty());
  auto failed = co_await outcome(pool.map(numbers, fails_at_13));
  EXPECT_TRUE(failed.error_as<std::invalid_argument>());
  EXPECT_EQ(co_await pool.run(add, 1, 1), 2);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, ManyCallsShareFewWorkers, kReal) {
  ProcessPool pool{2};
  std::vector<Task<int>> calls;
  calls.reserve(200);
  for (int i = 0; i < 200; ++i) calls.push_back(pool.run(add, i, 1));
  auto results = co_await gather(std::move(calls));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i + 1);
  EXPECT_EQ(pool.workers(), 2u);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, WorkersAreReplacedAfterSoManyCalls, kReal) {
  ProcessPool pool(ProcessPoolOptions{}.workers(1).calls_per_worker(2));
  int first = co_await pool.run(worker_pid);
  EXPECT_EQ(co_await pool.run(worker_pid), first);
  EXPECT_NE(co_await pool.run(worker_pid), first);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, OutOfMemoryIsAnErrorOfTheCall, kReal) {
  if (detail::kSanitized) co_return;  // a sanitizer's shadow is larger than any limit
  ProcessPool pool(ProcessPoolOptions{}.workers(1).memory_max(512 << 20));
  auto ended = co_await outcome(pool.run(takes_all_memory));
  EXPECT_TRUE(ended.error_as<std::bad_alloc>());
  EXPECT_EQ(co_await pool.run(add, 1, 1), 2);
  co_await pool.aclose();
}

EDDY_TEST(ProcessPoolTest, AcloseWaitsForTheCallsAndRefusesMore, kReal) {
  ProcessPool pool{1};
  auto call = create_task(pool.run(
      [](int ms) {
        std::this_thread::sleep_for(std::chrono::milliseconds(ms));
        return ::getpid();
      },
      30));
  co_await sleep(1ms);
  co_await pool.aclose();
  CO_ASSERT_TRUE(call.done());
  EXPECT_EQ(::kill(call.result(), 0), -1);  // nobody is left
  EXPECT_FALSE(pool.is_open());
  auto refused = co_await outcome(pool.run(add, 1, 1));
  EXPECT_NE(refused.message().find("the process pool is closed"), std::string::npos);
}

EDDY_TEST(ProcessPoolTest, WithClosesIt, kReal) {
  int pid = co_await with(ProcessPool(1), [](ProcessPool& pool) { return pool.run(worker_pid); });
  EXPECT_EQ(::kill(pid, 0), -1);
}

EDDY_TEST(ProcessPoolTest, DestroyedItKillsWhatRuns, kReal) {
  auto pool = std::make_unique<ProcessPool>(1u);
  auto call = create_task(pool->run(hangs));
  co_await sleep(20ms);
  pool.reset();
  auto ended = co_await outcome(call);
  CO_ASSERT_TRUE(ended.error_as<WorkerDied>());
  EXPECT_EQ(ended.error_as<WorkerDied>()->signal(), SIGKILL);
}

TEST(ProcessPoolLoopTest, ServesOneLoopAfterTheOther) {
  ProcessPool pool{1};
  int first = run(pool.run(worker_pid));
  EXPECT_EQ(run(pool.run(worker_pid)), first);
}

/// Also when whoever inherited it has not looked yet.
bool has_ended(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat(std::istreambuf_iterator<char>(file), {});
  auto after_name = stat.rfind(')');
  return after_name == std::string::npos || stat.compare(after_name, 3, ") Z") == 0;
}

EDDY_TEST(ProcessPoolTest, ClosingServesThoseInLine, kReal) {
  ProcessPool pool{1};
  auto first = create_task(pool.run(add, 1, 2));
  auto second = create_task(pool.run(add, 3, 4));
  co_await sleep(0s);
  co_await pool.aclose();
  EXPECT_EQ(co_await first, 3);
  EXPECT_EQ(co_await second, 7);
}

EDDY_TEST(ProcessPoolTest, CanBeDestroyedWhileItCloses, kReal) {
  for (int turns = 1; turns < 6; ++turns) {
    auto pool = std::make_unique<ProcessPool>(2);
    co_await gather(pool->run(add, 1, 2), pool->run(add, 3, 4));
    auto closing = create_task(pool->aclose());
    for (int i = 0; i < turns; ++i) co_await sleep(0s);
    pool.reset();
    co_await closing;
  }
}

EDDY_TEST(ProcessPoolTest, ACopyOfAWorkerAnswersNothing, kReal) {
  ProcessPool pool{1};
  EXPECT_EQ(co_await pool.run(fork_and_return, 5), 5);
  co_await sleep(20ms);
  EXPECT_EQ(co_await pool.run(add, 1, 2), 3);
  EXPECT_EQ(co_await pool.run(add, 3, 4), 7);
}

EDDY_TEST(ProcessPoolTest, WhatIsNoMessageIsNotTakenForOne, kReal) {
  ProcessPool pool{1};
  EXPECT_THROW(co_await pool.run(write_to_the_pool, 1), RuntimeError);
  EXPECT_EQ(co_await pool.run(add, 1, 2), 3);
}

EDDY_TEST(ProcessPoolTest, MovedFromSaysSo, kReal) {
  ProcessPool pool{1};
  ProcessPool other = std::move(pool);
  EXPECT_THROW(static_cast<void>(pool.run(add, 1, 2)), RuntimeError);  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_THROW(static_cast<void>(pool.pids()), RuntimeError);
  EXPECT_EQ(co_await other.run(add, 1, 2), 3);
}

EDDY_TEST(ProcessPoolTest, AForkOfTheProgramLeavesTheWorkersAlone, kReal) {
  auto pool = std::make_unique<ProcessPool>(1);
  int worker = co_await pool->run(worker_pid);
  pid_t child = ::fork();
  if (child == 0) {
    pool.reset();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(co_await pool->run(worker_pid), worker);
}

/// The worker, and a copy of the program that outlives it (or nobody).
struct Left {
  int worker = 0;
  int copy = 0;
};

Task<> die_while_a_worker_computes(bool with_copy, int channel) {
  ProcessPool pool{1};
  Left left;
  left.worker = co_await pool.run(worker_pid);
  if (with_copy) {
    left.copy = ::fork();
    if (left.copy == 0) hangs();
  }
  if (::write(channel, &left, sizeof left) != sizeof left) ::_exit(2);
  auto stuck = create_task(pool.run(hangs));
  co_await sleep(20ms);
  ::kill(::getpid(), SIGKILL);
}

/// Of a program that was killed while its worker computed.
Left leave_a_worker(bool with_copy) {
  int channel[2];
  Left left;
  if (::pipe(channel) != 0) return left;
  pid_t child = ::fork();
  if (child == 0) {
    run(die_while_a_worker_computes(with_copy, channel[1]));
    ::_exit(3);
  }
  EXPECT_EQ(::read(channel[0], &left, sizeof left), static_cast<ssize_t>(sizeof left));
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(channel[0]);
  ::close(channel[1]);
  return left;
}

void expect_to_end(int pid) {
  bool gone = has_ended(pid);
  for (int i = 0; i < 200 && !gone; ++i) {
    std::this_thread::sleep_for(10ms);
    gone = has_ended(pid);
  }
  EXPECT_TRUE(gone);
}

TEST(ProcessPoolLoopTest, AWorkerEndsWithItsProcessEvenWhileItComputes) {
  const Left left = leave_a_worker(false);
  ASSERT_GT(left.worker, 0);
  expect_to_end(left.worker);
}

TEST(ProcessPoolLoopTest, AWorkerEndsWithItsProcessThoughACopyOfThatLives) {
  const Left left = leave_a_worker(true);
  ASSERT_GT(left.worker, 0);
  ASSERT_GT(left.copy, 0);
  expect_to_end(left.worker);
  EXPECT_FALSE(has_ended(left.copy));
  ::kill(left.copy, SIGKILL);
}

EDDY_TEST(ProcessPoolTest, ArraysTravelHoweverLong, kReal) {
  ProcessPool pool{1};
  std::array<int, 300> numbers{};
  numbers.fill(2);
  EXPECT_EQ(co_await pool.run(sum_of_array, numbers), 600);
}

EDDY_TEST(ProcessPoolTest, MapOverBooleans, kReal) {
  ProcessPool pool{2};
  std::vector<bool> flags(3, true);
  flags[1] = false;
  std::vector<bool> flipped = co_await pool.map(flags, flip);
  flags.flip();
  EXPECT_EQ(flipped, flags);
}

}  // namespace
}  // namespace eddy
