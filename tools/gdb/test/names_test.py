#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The names that need no gdb to be looked at; the first are those of eddy/test/task_dump_test.cpp."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from eddy_gdb import names  # noqa: E402: the path comes first

FUNCTIONS = {
    "Task<int> eddy::(anonymous namespace)::inner(test::Sequencer &, int)": "eddy::inner",
    "Task<T> tmpl(T) [T = std::basic_string<char>]": "tmpl",
    "auto Net::run()::(anonymous class)::operator()(auto) const [q:auto = int]": "Net::run::{lambda}",
    "void eddy::{anonymous}::S::member(eddy::{anonymous}::S::member(int)::_ZN4.Frame*)": "eddy::S::member",
    "void f(f()::_Z.Frame*)::<lambda(auto:44)>::operator()(f(f()::_Z.Frame*)::<lambda(auto:44)>::_ZZ.Frame*)":
        "f::{lambda}",
    "main": "main",
    "(anonymous namespace)::consume((anonymous namespace)::Things&) [clone .resume]": "consume",
    "nap(nap()::_ZN12_GLOBAL__N_13napEv.Frame*) [clone .actor] [clone .cold]": "nap",
    "eddy::Task<void> (anonymous namespace)::down<0>((anonymous namespace)::Things&) [clone .resume]": "down",
    "family()::{lambda(eddy::TaskGroup&)#1}::operator()(eddy::TaskGroup&) const [clone .resume]": "family::{lambda}",
}
TYPES = {
    "eddy::detail::Get<int, eddy::detail::FifoStore<int> >": "Get",
    "eddy::TaskGroup::Leaf": "TaskGroup::Leaf",
    "eddy::AsCompleted<int>::NextOp": "AsCompleted::NextOp",
    "mine::(anonymous namespace)::Wait": "mine::Wait",
}
DURATIONS = {0: "0 ns", 999: "999 ns", 1500: "1.5 us", 1_500_000_000: "1.5 s", 90_000_000_000: "1.5 min",
             3_600_000_000_000: "1 h", -2_000_000: "-2 ms"}
BODIES = ["f() [clone .resume]", "f(f()::_Z1f.Frame*) [clone .actor]",
          "f(f()::_Z1f.Frame*) [clone .actor] [clone .cold]"]
NO_BODIES = ["f()", "f(f()::_Z1f.Frame*) [clone .destroy]", "resume()"]

for given, wanted in FUNCTIONS.items():
    assert names.short_function(given) == wanted, (given, names.short_function(given))
for given, wanted in TYPES.items():
    assert names.short_type(given) == wanted, (given, names.short_type(given))
for given, wanted in DURATIONS.items():
    assert names.duration(given) == wanted, (given, names.duration(given))
assert [names.from_now(at) for at in (0, 1_500_000_000, -1_500_000_000)] == ["in 0 ns", "in 1.5 s", "1.5 s ago"]
assert all(names.is_coroutine_body(symbol) for symbol in BODIES)
assert not any(names.is_coroutine_body(symbol) for symbol in NO_BODIES)
assert len({names.without_clones(symbol) for symbol in BODIES[1:]}) == 1
