// SPDX-License-Identifier: MIT
//
// What the C++ programs among the peers share. scenario.cpp has their main().
#pragma once

#include <chrono>
#include <string>

namespace eddy::bench {

/// A program's share in a comparison: a name from scenarios.toml, and the function that measures it. At namespace
/// scope,
///
///     const Scenario threads[] = {{"to_thread_round_trip", to_thread_round_trip}};
///
/// is all it takes. The function returns seconds for one operation, or what else the unit says.
class Scenario {
 public:
  Scenario(const char* name, double (*measure)(), const char* unit = "s");

  const char* name;
  double (*measure)();
  const char* unit;
};

/// Defined once in every program: what is measured, and its version.
std::string version();

/// What a server says once it listens, at a port that the kernel picked. A server is a scenario whose function does not
/// return: the runner puts load on it, and ends it with a signal.
void print_port(int port);

/// The compiler may not drop the computation of `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/// Ends the program if a scenario did other work than it should: no figure is better than a wrong one.
void expect(long value, long expected);

/// Turns of the same work, and the time of their mean; the first is not counted, because it warms up.
///
///     Turns turns(5);
///     while (turns.next()) work();
///     return turns.seconds();
class Turns {
 public:
  explicit Turns(int count) : count_(count) {}

  bool next() {
    if (turn_ == 1) begin_ = Clock::now();
    if (turn_++ <= count_) return true;
    end_ = Clock::now();
    return false;
  }
  double seconds() const { return std::chrono::duration<double>(end_ - begin_).count() / count_; }

 private:
  using Clock = std::chrono::steady_clock;
  int count_;
  int turn_ = 0;
  Clock::time_point begin_;
  Clock::time_point end_;
};

}  // namespace eddy::bench
