#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a hello costs: seconds to compile it at -O0 (target 1.2), bytes of the stripped program (target 1 MiB).
#
#   hello_cost.sh BUILD [CXX...]   BUILD is a release build's folder, for its static libraries
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:?usage: hello_cost.sh BUILD [CXX...], such as build/gcc-release g++}
shift
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

cat >"$work/hello.cpp" <<'CPP'
#include <cstdio>

#include "eddy/eddy.h"

eddy::Task<> hello() {
  co_await eddy::sleep(std::chrono::milliseconds(1));
  std::puts("hello");
}
int main() { eddy::run(hello()); }
CPP

# Layers depend on those before them, so the libraries go to the linker in the reverse order of layers.txt.
libraries=()
for layer in $(sed -n 's/^\([a-z]*\):.*/\1/p' layers.txt | tac); do
  if [ "$layer" != test ] && [ -f "$build/libeddy_$layer.a" ]; then libraries+=("$build/libeddy_$layer.a"); fi
done

# CPU time, because other work on the machine comes and goes; the best of five.
compile() {
  local best=999 now
  TIMEFORMAT='%U %S'
  for _ in 1 2 3 4 5; do
    now=$({ time "$1" -std=c++20 -O0 -I. -c "$work/hello.cpp" -o "$work/hello.o"; } 2>&1 | awk '{ print $1 + $2 }')
    best=$(awk -v a="$best" -v b="$now" 'BEGIN { print a < b ? a : b }')
  done
  echo "$best"
}

for cxx in "${@:-g++}"; do
  seconds=$(compile "$cxx")
  "$cxx" -std=c++20 -O3 -I. "$work/hello.cpp" "${libraries[@]}" -luring -pthread \
    -Wl,--undefined=eddy_enter_debug_room -o "$work/hello"
  strip "$work/hello"
  "$work/hello" >"$work/out"
  [ "$(cat "$work/out")" = hello ]
  awk -v c="$cxx" -v t="$seconds" -v b="$(stat -c %s "$work/hello")" 'BEGIN {
    printf "%-12s compile at -O0: %.2f s (target 1.2, %s)   stripped: %.0f KiB (target 1024, %s)\n",
      c, t, t <= 1.2 ? "met" : "missed", b / 1024, b <= 1048576 ? "met" : "missed" }'
done
