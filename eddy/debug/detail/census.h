// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "eddy/base/unique_function.h"

namespace eddy {
class Loop;
}

namespace eddy::debug::detail {

/// Where texts go, one after the other, from any thread.
class Printer {
 public:
  explicit Printer(UniqueFunction<void(const std::string&)> write) : write_(std::move(write)) {}
  /// What the program's function throws is printed to stderr: a dump must not end the program.
  void print(const std::string& text) noexcept;

 private:
  std::mutex lock_;
  UniqueFunction<void(const std::string&)> write_;
};

/// A question to all loops of the process: what are your tasks doing? Each answers on its own thread, in its own time:
/// whoever comes in time is printed with the others, who comes later alone.
class Census {
 public:
  /// Not on a loop's thread: that loop could not answer.
  static void take(std::shared_ptr<Printer> printer, std::chrono::milliseconds patience);

  explicit Census(std::shared_ptr<Printer> printer) : printer_(std::move(printer)) {}

 private:
  struct Answer {
    const Loop* loop;
    std::string text;  ///< empty until it comes
  };

  static void ask_all(const std::shared_ptr<Census>& census);
  void answered(std::size_t number, std::string text);
  std::string await_answers(std::chrono::milliseconds patience);
  bool complete() const noexcept { return missing_ == 0; }

  const std::shared_ptr<Printer> printer_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<Answer> answers_;
  std::size_t missing_ = 0;
  bool over_ = false;
};

}  // namespace eddy::debug::detail
