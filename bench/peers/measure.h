// SPDX-License-Identifier: MIT
//
// What the C++ programs measure with, where Turns are not enough: part of a turn, CPU time, memory.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>

namespace eddy::bench {

/// The time between each start() and the stop() after it, added up.
class Stopwatch {
 public:
  void start() { begin_ = Clock::now(); }
  void stop() { taken_ += Clock::now() - begin_; }
  void reset() { taken_ = {}; }
  double seconds() const { return std::chrono::duration<double>(taken_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_;
  Clock::duration taken_{};
};

/// CPU time of the process until now, in user space and kernel.
inline double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// What the process holds in memory now, without what is mapped from files, such as its code.
inline double resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::size_t files = 0;
  std::ifstream("/proc/self/statm") >> total >> resident >> files;
  return static_cast<double>(resident - files) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// The delay of sleeper `i` among `count`: from one second to ten, each of another length, in no order.
inline std::chrono::nanoseconds nap_length(std::size_t i, std::size_t count) {
  const std::size_t place = i * 7'919 % count;  // a prime, so that each place is taken once
  return std::chrono::seconds(1) + std::chrono::nanoseconds(std::chrono::seconds(9)) * place / count;
}

}  // namespace eddy::bench
