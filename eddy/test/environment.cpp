// SPDX-License-Identifier: MIT
#include "eddy/test/environment.h"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace eddy::test {
namespace {

std::optional<std::uint64_t> number_from(const char* name) {
  const char* set = std::getenv(name);
  if (!set || !*set) return std::nullopt;
  std::string_view text(set);
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument(std::string(name) + "=" + set + ": not a number; say, for example, " + name + "=7");
  }
  return value;
}

}  // namespace

Environment Environment::read() {
  Environment environment;
  environment.seed = number_from("EDDY_TEST_SEED");
  environment.seeds = number_from("EDDY_TEST_SEEDS").value_or(0);
  environment.io_faults = number_from("EDDY_TEST_IO_FAULTS").value_or(0) != 0;
  return environment;
}

}  // namespace eddy::test
