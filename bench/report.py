#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One table out of the benchmarks' JSON: scenario, median of each build, target, floor, met or not.

  report.py FILE...   FILE is <program>.<build>.json, as ./dev bench writes them to build/bench/

The target stands in each benchmark's label (`≤ 24 ns, floor 15–23`), beside the code that it judges."""
import json
import pathlib
import re
import sys

LABEL = re.compile(r"(?:≤ (?P<target>[\d.]+) (?P<unit>\w+)|no target)(?:, floor (?P<floor>.*))?")
UNITS = ("ns", "us", "ms", "s", "bytes")


def wanted(run):
    """The medians, or the only run of what runs once."""
    return run.get("aggregate_name") == "median" or run["run_type"] == "iteration" and run.get("repetitions", 1) == 1


def read(files):
    """{scenario: (unit, target or None, floor, {build: value})}, in the order of the files."""
    rows = {}
    for file in files:
        build = pathlib.Path(file).name.split(".")[-2]
        for run in filter(wanted, json.loads(pathlib.Path(file).read_text())["benchmarks"]):
            add(rows, build, run)
    return rows


def add(rows, build, run):
    promised = LABEL.match(run.get("label", ""))
    unit = promised and promised["unit"] or next((u for u in UNITS if u in run), None)
    if unit is None:
        return
    row = rows.setdefault(run["run_name"].split("/")[0].replace("_", " "), (unit, {}, {}, {}))
    row[3][build] = run[unit]
    if promised:  # both may depend on the compiler
        row[2][build] = promised["floor"]
    if promised and promised["target"]:
        row[1][build] = float(promised["target"])


def number(value):
    return "" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def together(by_build):
    return " / ".join(dict.fromkeys(str(v) for v in by_build.values() if v is not None))


def verdict(targets, values):
    if not targets:
        return ""
    missed = [build.split("-")[0] for build, value in values.items() if build in targets and float(number(value)) > targets[build]]
    return "met" if not missed else "missed by " + " and ".join(missed)


def table(rows):
    builds = sorted({build for _, _, _, values in rows.values() for build in values}, key=lambda b: ("gcc" not in b, b))
    lines = [["scenario", "unit", *(b.replace("-release", "") for b in builds), "target", "floor", ""]]
    for name, (unit, targets, floors, values) in rows.items():
        target = together({b: number(t) for b, t in targets.items()})
        lines.append([name, unit, *(number(values.get(b)) for b in builds), target and "≤ " + target, together(floors),
                      verdict(targets, values)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        yield "  ".join(cell.rjust(w) if 2 <= i < 2 + len(builds) else cell.ljust(w)
                        for i, (cell, w) in enumerate(zip(line, widths))).rstrip()


def self_test():
    rows = {}
    add(rows, "gcc-release", {"run_name": "spawn_and_join", "label": "≤ 24 ns, floor 15–23", "ns": 20.04})
    add(rows, "clang-release", {"run_name": "spawn_and_join", "label": "≤ 24 ns, floor 15–23", "ns": 25.0})
    add(rows, "gcc-release", {"run_name": "other/manual_time", "label": "no target", "us": 3.0})
    text = list(table(rows))
    assert text[1].split() == "spawn and join ns 20 25 ≤ 24 15–23 missed by clang".split(), text[1]
    assert text[2].split() == "other us 3".split(), text[2]


if __name__ == "__main__":
    self_test()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print("\n".join(table(read(sys.argv[1:]))))
