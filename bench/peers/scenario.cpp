// SPDX-License-Identifier: MIT
#include "bench/peers/scenario.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace eddy::bench {
namespace {

std::vector<Scenario>& scenarios() {
  static std::vector<Scenario> all;
  return all;
}

std::string compiler() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

void introduce() {
  std::printf("version\t%s, %s\n", version().c_str(), compiler().c_str());
  for (const Scenario& scenario : scenarios()) std::printf("scenario\t%s\n", scenario.name);
}

bool measure(std::string_view name) {
  for (const Scenario& scenario : scenarios()) {
    if (scenario.name != name) continue;
    std::printf("%s\t%s\t%.9g\n", scenario.name, scenario.unit, scenario.measure());
    return true;
  }
  return false;
}

}  // namespace

Scenario::Scenario(const char* its_name, double (*its_measure)(), const char* its_unit)
    : name(its_name), measure(its_measure), unit(its_unit) {
  scenarios().push_back(*this);
}

void print_port(int port) {
  std::printf("port\t%d\n", port);
  std::fflush(stdout);
}

void expect(long value, long expected) {
  if (value == expected) return;
  std::fprintf(stderr, "a result is %ld, but must be %ld\n", value, expected);
  std::exit(1);
}

}  // namespace eddy::bench

int main(int argc, char** argv) {
  if (argc < 2) return eddy::bench::introduce(), 0;
  if (eddy::bench::measure(argv[1])) return 0;
  std::fprintf(stderr, "%s: no scenario '%s'\n", argv[0], argv[1]);
  return 2;
}
