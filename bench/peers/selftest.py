# SPDX-License-Identifier: MIT
"""Tests of the runner itself, which also run before each run: they take no time."""
import pathlib

import judge
import picture
import tables
from calm import Calm
from peer import Peer, Sample
from scenarios import wanted


def peer(name, *which, **description):
    return Peer(pathlib.Path(name), description, *which)


def lines(name, scenario, row):
    return [line.split() for line in tables.text({name: row}, {name: scenario}, [], {})]


def test_table():
    scenario = {"runs": "a", "about": "work", "unit": "us", "at_most": 20, "at_least": 0.95, "against": "tbb"}
    row = {peer("tbb", "gcc", differs=[{"in": ["a"], "by": "blocks"}]): [10, 33, 10], peer("tbb", "clang"): [30, 30, 30],
           peer("eddy", "gcc"): [10, 30, 11], peer("eddy", "clang"): [21, 22, 23]}
    said = lines("a", scenario, row)
    assert " ".join(said[0]) == "a: work; target ≤ 20 us, ≥ 0.95 × the speed of tbb", said[0]
    assert " ".join(said[1]) == "eddy gcc 11 us 10 – 30 1.00 (0.91 – 1.10) × tbb gcc: met", said[1]
    assert " ".join(said[2]) == "eddy clang 22 us 21 – 23 1.36 (1.30 – 1.43) × tbb clang: missed", said[2]
    assert " ".join(said[3]) == "tbb gcc 10 us 10 – 33 1 (0.909 – 1.1) × [1]", said[3]
    assert ["[1]", "tbb:", "blocks"] in said


def test_network():
    scenario = {"runs": "a", "about": "load", "unit": "us", "load": {}, "at_most_times": 1.05,
                "against": "raw"}
    row = {peer("eddy", "gcc", "epoll"): [Sample(9, 100), Sample(9, 300)],
           peer("raw", "", "uring"): [Sample(5, 1), Sample(5, 1)], peer("raw", "", "epoll"): [Sample(8, 1), Sample(9, 1)]}
    assert " ".join(lines("a", scenario, row)[1]) == "eddy gcc epoll 9 us 9 – 9 200/s 1.06 (1.00 – 1.12) × raw epoll: missed"


def test_who_has_no_backend_is_compared_on_epoll():
    row = {peer("eddy", "gcc", "uring"): [1], peer("eddy", "gcc", "epoll"): [2], peer("tokio"): [3]}
    assert judge.partner(row, list(row)[2], "eddy").backend == "epoll"


def test_limits_of_each_compiler():
    scenario = {"runs": "a", "about": "memory", "unit": "B", "at_most": {"gcc": 176, "clang": 160}}
    gcc, clang = peer("eddy", "gcc"), peer("eddy", "clang")
    row = {gcc: [170.0], clang: [170.0]}
    assert [judge.verdict(scenario, row, p) for p in (gcc, clang)] == ["met", "missed"]
    assert judge.target(scenario) == "≤ 176 / 160 B (gcc, clang)", judge.target(scenario)


def test_picture():
    scenario = {"runs": "a", "about": "a < b", "unit": "ns", "area": "core tasks", "at_most": 20}
    drawn = picture.draw({"a": {peer("eddy", "gcc"): [10.0], peer("go"): [1000.0]}}, {"a": scenario}, {})
    assert drawn.startswith("<svg") and "a &lt; b" in drawn and "1,000 ns" in drawn


def test_filter():
    texts = {"a_core": {"area": "threads"}, "b": {"area": "core time"}, "c": {"area": "core time", "slow": True}}
    assert list(wanted(texts, "core")) == ["b", "c"]
    assert list(wanted(texts, "time", with_slow=False)) == ["b"]
    assert list(wanted(texts, "_co")) == ["a_core"]
    assert list(wanted(texts, "")) == ["a_core", "b", "c"]


def test_calm():
    looks = iter([1.0] * 1000)
    calm = Calm(patience=0, yardstick=lambda core: next(looks))
    looks, values = iter([1, 2]), iter(["slow", "fast"])
    assert calm.measure(lambda: next(values), one_core=True) == "slow" and calm.text() == "1 of 1"
    calm.patience = 60
    looks, values = iter([1, 2, 1, 1.2]), iter(["slow", "fast"])
    assert calm.measure(lambda: next(values), one_core=True) == "fast" and calm.text() == "1 of 2"


def main():
    test_table()
    test_network()
    test_who_has_no_backend_is_compared_on_epoll()
    test_limits_of_each_compiler()
    test_picture()
    test_filter()
    test_calm()


if __name__ == "__main__":
    main()
