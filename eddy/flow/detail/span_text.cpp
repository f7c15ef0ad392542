// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/span_text.h"

#include <array>
#include <cstdio>

namespace eddy::detail {
namespace {

std::string number(double value, const char* unit) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), value < 1000 ? "%.3g %s" : "%.0f %s", value, unit);
  return text.data();
}

}  // namespace

std::string span_text(Duration span) {
  double seconds = static_cast<double>(span.count()) * 1e-9;
  if (seconds >= 0.9995 || seconds == 0) return number(seconds, "s");  // what would be rounded up to 1000 ms
  if (seconds >= 0.9995e-3) return number(seconds * 1e3, "ms");
  return number(seconds * 1e6, "us");
}

}  // namespace eddy::detail
