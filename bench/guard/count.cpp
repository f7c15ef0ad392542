// SPDX-License-Identifier: MIT
//
// Finds a benchmark by its name and runs it under callgrind; without a name, says which there are, and the compiler.
#include "bench/guard/count.h"

#include <cstdio>
#include <string_view>
#include <vector>

namespace eddy::bench {
namespace {

std::vector<Benchmark>& benchmarks() {
  static std::vector<Benchmark> all;
  return all;
}

void introduce() {
#if defined(__clang__)
  std::printf("compiler\tClang %d.%d.%d\n", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  std::printf("compiler\tGCC %d.%d.%d\n", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
  for (const Benchmark& benchmark : benchmarks()) std::printf("benchmark\t%s\n", benchmark.name);
}

bool count(std::string_view name) {
  for (const Benchmark& benchmark : benchmarks()) {
    if (benchmark.name != name) continue;
    std::printf("operations\t%ld\n", benchmark.count());
    return true;
  }
  return false;
}

}  // namespace

Benchmark::Benchmark(const char* its_name, long (*its_count)()) : name(its_name), count(its_count) {
  benchmarks().push_back(*this);
}

}  // namespace eddy::bench

int main(int argc, char** argv) {
  if (argc < 2) return eddy::bench::introduce(), 0;
  if (eddy::bench::count(argv[1])) return 0;
  std::fprintf(stderr, "%s: no benchmark '%s'\n", argv[0], argv[1]);
  return 2;
}
