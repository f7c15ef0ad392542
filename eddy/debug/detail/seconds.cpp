// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/seconds.h"

#include <chrono>
#include <cstdio>

namespace eddy::debug::detail {
namespace {

template <class... Numbers>
std::string text(const char* format, Numbers... numbers) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, format, numbers...);
  return buffer;
}

}  // namespace

std::string seconds(Duration time) {
  using namespace std::chrono;
  const auto ms = static_cast<long long>(duration_cast<milliseconds>(time).count());
  if (ms < 1000) return text("%lld ms", ms);
  if (ms < 60'000) return text("%.1f s", static_cast<double>(ms) / 1000);
  const long long minutes = ms / 60'000;
  if (minutes < 60) return text("%lld min %lld s", minutes, ms / 1000 % 60);
  return text("%lld h %lld min", minutes / 60, minutes % 60);
}

}  // namespace eddy::debug::detail
