// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/census.h"

#include <exception>
#include <utility>

#include <pthread.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/core/error_print.h"
#include "eddy/core/loop.h"
#include "eddy/core/loops.h"
#include "eddy/core/op_description.h"
#include "eddy/debug/dump_tasks.h"

namespace eddy::debug::detail {
namespace {

std::string title(const Loop* loop) { return "loop " + eddy::detail::address_text(loop); }

std::string this_thread() {
  char name[32] = "";
  ::pthread_getname_np(::pthread_self(), name, sizeof name);
  return "thread " + std::to_string(::gettid()) + " (" + name + ")";
}

/// On the loop's thread.
std::string describe(Loop& loop) {
  const std::string tasks = dump_tasks(loop);
  return title(&loop) + ", " + this_thread() + (tasks.empty() ? ": no tasks\n" : ":\n" + tasks);
}

}  // namespace

void Printer::print(const std::string& text) noexcept {
  const std::lock_guard guard(lock_);
  try {
    write_(text);
  } catch (...) {
    eddy::detail::print_error(ErrorContext("exception in a dump of tasks", std::current_exception()), true);
  }
}

void Census::take(std::shared_ptr<Printer> printer, std::chrono::milliseconds patience) {
  auto census = std::make_shared<Census>(std::move(printer));
  ask_all(census);
  census->printer_->print("eddy: tasks of process " + std::to_string(::getpid()) + "\n" +
                          census->await_answers(patience));
}

void Census::ask_all(const std::shared_ptr<Census>& census) {
  eddy::detail::for_each_loop([&](Loop& loop) {
    const std::lock_guard guard(census->lock_);
    const std::size_t number = census->answers_.size();
    try {
      loop.call_soon_threadsafe([census, number, &loop] { census->answered(number, describe(loop)); });
    } catch (const RuntimeError&) {
      return;  // it is closed: it has no tasks, and never will
    }
    census->answers_.push_back({&loop, ""});
    ++census->missing_;
  });
}

void Census::answered(std::size_t number, std::string text) {
  {
    const std::lock_guard guard(lock_);
    if (!over_) {
      answers_[number].text = std::move(text);
      --missing_;
      changed_.notify_all();
      return;
    }
  }
  printer_->print("eddy: now answers: " + text);
}

std::string Census::await_answers(std::chrono::milliseconds patience) {
  std::unique_lock lock(lock_);
  changed_.wait_for(lock, patience, [this] { return complete(); });
  over_ = true;
  std::string text;
  for (const Answer& answer : answers_) {
    text += !answer.text.empty() ? answer.text
                                 : title(answer.loop) + " has not answered for " + std::to_string(patience.count()) +
                                       " ms: something blocks its thread, or nobody runs it\n";
  }
  return answers_.empty() ? "no loop\n" : text;
}

}  // namespace eddy::debug::detail
