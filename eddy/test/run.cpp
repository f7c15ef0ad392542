// SPDX-License-Identifier: MIT
#include "eddy/test/run.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "eddy/base/error.h"
#include "eddy/debug/dump_tasks.h"
#include "eddy/sys/poller.h"
#include "eddy/test/environment.h"
#include "eddy/test/findings.h"

namespace eddy::test {
namespace detail {
namespace {

thread_local Session* current_session = nullptr;

constexpr int kTurnsToSettle = 1000;
constexpr std::uint64_t kIdlesForIo = 20;  // of a millisecond each

Session& require_session(const char* what) {
  if (!current_session)
    throw RuntimeError(std::string(what) + ": no test is running on this thread, see eddy::test::run");
  return *current_session;
}

}  // namespace

Options with_environment(Options options) {
  const Environment environment = Environment::read();
  if (environment.seed && !options.order_chosen()) options.seed(*environment.seed);
  if (environment.io_faults) options.io_faults(true);
  return options;
}

Session* Session::current() noexcept { return current_session; }

Session::Session(const Options& options, std::source_location where)
    : options_(options),
      where_(where),
      world_(options_),
      loop_(std::make_unique<Loop>(&world_)),
      previous_(std::exchange(current_session, this)) {
  world_.attach(*loop_);
  if (options_.debug() >= 0) loop_->set_debug(options_.debug() == 1);
  loop_->set_exception_handler([this](Loop&, const ErrorContext& context) {
    if (options_.debug() < 0 && is_about_time(context.kind)) return;
    lost_errors_.push_back(context.exception ? context.message + ": " + describe(context.exception) : context.message);
  });
}

Session::~Session() {
  if (!finished_) finish(true);
}

void Session::run_until_done(const AnyTask& task) {
  int turn = 0;
  loop_->run_until([&] {
    if (++turn % 1024 == 0) world_.check_time_limit();  // tasks that are always ready never let the world be idle
    return task.done();
  });
}

void Session::drive(const AnyTask& task) {
  try {
    run_until_done(task);
  } catch (const Deadlock&) {
    world_.restart_time_limit();
    cancel_everything(false);
    try {
      run_until_done(task);
    } catch (const Deadlock&) {  // its cleanup hangs as well: the end of the session cancels through shields
    }
    throw;
  }
  if (!task.done()) throw RuntimeError("eddy::test: the test stopped its own loop before it ended");
}

// From inside a run, because operations expect to be cancelled on their running loop.
void Session::cancel_everything(bool hard) {
  loop_->run_until([&] {
    auto& root = static_cast<eddy::detail::RootOwner&>(loop_->root_owner());
    if (hard) root.flags |= eddy::detail::CancelScope::kHard;
    eddy::detail::cancel_kids(root, hard);
    for (auto* object = root.objects.front(); object; object = root.objects.after(*object)) {
      eddy::detail::cancel_kids(*object, hard);
    }
    return true;
  });
}

void Session::settle() {
  world_.set_settling(true);
  std::uint64_t idles = world_.idles();
  int turns = 0;
  loop_->run_until([&] {
    // Cancelled I/O takes the kernel a moment; what else is idle will not end by itself.
    bool idle = world_.idles() > idles + (loop_->poller().pending() > 0 ? kIdlesForIo : 0);
    return !loop_->has_tasks() || idle || ++turns > kTurnsToSettle;
  });
  world_.set_settling(false);
}

void Session::finish(bool failed) {
  finished_ = true;
  if (!failed) {
    settle();
    if (!options_.allow_leaks()) check_what_is_left();
  }
  close();
  if (!options_.allow_lost_errors()) report_lost_errors();
  current_session = previous_;
}

void Session::check_what_is_left() {
  if (loop_->has_tasks()) {
    fail("the test ended, but tasks it started still run (await or cancel them, or use a task_group):\n" +
         debug::dump_tasks(*loop_));
  } else if (std::size_t timers = loop_->timers().size()) {
    fail("the test ended, but " + std::to_string(timers) +
         " timer(s) are still armed (cancel the handle of call_later)");
  }
}

void Session::end_tasks() {
  auto run_until_empty = [&] {
    int turn = 0;
    loop_->run_until([&] {
      if (++turn % 1024 == 0) world_.check_time_limit();
      return !loop_->has_tasks();
    });
  };
  world_.restart_time_limit();
  loop_->root_owner().flags |= eddy::detail::CancelScope::kEffective;  // what is started from now on never runs
  cancel_everything(false);
  try {
    run_until_empty();
  } catch (const Deadlock& hang) {
    fail(std::string("the test ended, its tasks were cancelled, but their cleanup never ends: ") + hang.what());
    world_.restart_time_limit();
    cancel_everything(true);
    run_until_empty();
  }
}

void Session::close() {
  try {
    end_tasks();
    loop_->close();
    loop_.reset();
  } catch (...) {
    fail("the loop cannot be closed, and is leaked: " + describe(std::current_exception()));
    (void)loop_.release();  // NOLINT(bugprone-unused-return-value): leaked on purpose
  }
}

void Session::report_lost_errors() {
  for (const std::string& error : take_lost_errors()) {
    fail("an error that nobody received (expected? see eddy::test::lost_errors): " + error);
  }
}

void Session::fail(const std::string& message) const {
  ADD_FAILURE_AT(where_.file_name(), static_cast<int>(where_.line())) << message;
}

}  // namespace detail

std::vector<std::string> lost_errors() { return detail::require_session("lost_errors()").take_lost_errors(); }

void expect_lost_errors() { detail::require_session("expect_lost_errors()").allow_lost_errors(); }

std::uint64_t current_seed() { return detail::require_session("current_seed()").seed(); }

ClockHold::ClockHold() : world_(detail::require_session("ClockHold").world()) { world_.hold(); }
ClockHold::~ClockHold() { world_.release(); }

}  // namespace eddy::test
