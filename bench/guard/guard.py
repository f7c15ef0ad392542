#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares how many instructions an operation takes with what is recorded in bench/guard/counts.toml.

  ./dev bench guard [part of a name]   more than 2% more than recorded is an error; 2% less is worth recording
  ./dev bench guard --record           writes what is counted now

callgrind counts, so no other work on the machine disturbs; counts depend on the compiler, the C library and a little on
the processor, for which memcpy differs: hence the tolerance. A count of another compiler version is not compared."""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COUNTS = HERE / "counts.toml"
TOLERANCE = 0.02
PRESETS = {"gcc": "gcc-release", "clang": "clang-release"}
SECONDS_MAX = 60
# Nothing else: where the stack begins depends on the environment. valgrind 3.19 knows no io_uring.
ENVIRONMENT = {"EDDY_BACKEND": "epoll"}


class Build:
    """bench_guard of one compiler."""

    def __init__(self, preset):
        self.program = ROOT / "build" / preset / "bench" / "bench_guard"
        lines = [line.split("\t") for line in call([self.program]).splitlines()]
        self.compiler = next(value for key, value in lines if key == "compiler")
        self.names = [value for key, value in lines if key == "benchmark"]

    def count(self, name):
        """Instructions of one operation."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "out")
            said = call(["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={file}", "--quiet",
                         self.program, name])
            return round(instructions(file.read_text()) / int(said.split()[1]), 1)


def call(command):
    done = subprocess.run(["/usr/bin/env", "-i", *(f"{k}={v}" for k, v in ENVIRONMENT.items()), *map(str, command)],
                          capture_output=True, text=True, timeout=SECONDS_MAX)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def instructions(callgrind_file):
    """The sum in a callgrind file, of its only event."""
    [total] = [line.split()[1] for line in callgrind_file.splitlines() if line.startswith(("totals:", "summary:"))][-1:]
    return int(total)


def count_all(build, part):
    names = [name for name in build.names if part in name]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(names, pool.map(build.count, names)))


# --- comparing -----------------------------------------------------------------------------------


def compare(compiler, recorded, counts):
    """(errors, remarks): lines that name the benchmark, before, now, percent."""
    if recorded.get("compiler") != compiler:
        return [], [f"recorded with {recorded.get('compiler', 'no compiler')}, this is {compiler}: not compared"]
    errors, remarks = [], []
    for name, now in counts.items():
        if name not in recorded:
            errors.append(f"{name}: not recorded, {now:g} instructions now: ./dev bench guard --record")
            continue
        before, line = recorded[name], change(name, recorded[name], now)
        if now > before * (1 + TOLERANCE):
            errors.append(line + ": slower")
        elif now < before * (1 - TOLERANCE):
            remarks.append(line + ": a gain, keep it: ./dev bench guard --record")
    return errors, remarks


def change(name, before, now):
    return f"{name}: {before:g} instructions before, {now:g} now, {100 * (now / before - 1):+.1f}%"


def gone(recorded, names):
    return [f"{name}: recorded, but there is no such benchmark: ./dev bench guard --record"
            for name in recorded if name not in (*names, "compiler")]


# --- the file ------------------------------------------------------------------------------------


def as_toml(tables):
    lines = ["# SPDX-License-Identifier: MIT", "# Instructions of one operation. Written by ./dev bench guard --record."]
    for name, table in tables.items():
        lines += ["", f"[{name}]", f'compiler = "{table["compiler"]}"']
        lines += [f"{key} = {value:g}" for key, value in table.items() if key != "compiler"]
    return "\n".join(lines) + "\n"


def recorded_counts():
    return tomllib.loads(COUNTS.read_text()) if COUNTS.exists() else {}


# --- the program ---------------------------------------------------------------------------------


def check(title, build, recorded, counts, whole):
    errors, remarks = compare(build.compiler, recorded, counts)
    errors += gone(recorded, build.names) if whole else []
    for line in errors + remarks:
        print(f"{title}: {line}")
    if not errors:
        print(f"{title}: {len(counts)} benchmarks, {build.compiler}: none is slower")
    return errors


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("filter", nargs="?", default="", help="part of a benchmark's name")
    parser.add_argument("--record", action="store_true", help="write bench/guard/counts.toml")
    parser.add_argument("--show", action="store_true", help="print every count")
    parser.add_argument("--self-test", action="store_true", help="test the comparison, and nothing else")
    return parser.parse_args()


def main(options):
    recorded, errors = recorded_counts(), []
    for title, preset in PRESETS.items():
        build = Build(preset)
        counts = count_all(build, options.filter)
        if not counts:
            sys.exit(f"no benchmark's name contains '{options.filter}': {', '.join(build.names)}")
        for name, value in counts.items() if options.show else ():
            print(f"{title}: {name}: {value:g}")
        if options.record:
            kept = recorded.get(title, {}) if options.filter else {}
            recorded[title] = {**kept, "compiler": build.compiler, **counts}
        else:
            errors += check(title, build, recorded.get(title, {}), counts, not options.filter)
    if options.record:
        COUNTS.write_text(as_toml(recorded))
        print(f"recorded in {COUNTS.relative_to(ROOT)}")
    sys.exit(bool(errors) and f"{len(errors)} of the counts changed for the worse: profile with callgrind, or, if it is "
             "worth it, say why in the commit that records them: ./dev bench guard --record")


def self_test():
    recorded = {"compiler": "GCC 12.2.0", "a": 100.0, "b": 100.0, "c": 100.0}
    errors, remarks = compare("GCC 12.2.0", recorded, {"a": 102.1, "b": 101.9, "c": 97.0, "d": 5.0})
    assert errors == ["a: 100 instructions before, 102.1 now, +2.1%: slower",
                      "d: not recorded, 5 instructions now: ./dev bench guard --record"], errors
    assert remarks == ["c: 100 instructions before, 97 now, -3.0%: a gain, keep it: ./dev bench guard --record"], remarks
    errors, remarks = compare("GCC 13.1.0", recorded, {"a": 500.0})
    assert not errors and remarks == ["recorded with GCC 12.2.0, this is GCC 13.1.0: not compared"], remarks
    assert compare("GCC 12.2.0", {}, {"a": 1.0})[0] == []
    assert gone(recorded, ["a", "b"]) == ["c: recorded, but there is no such benchmark: ./dev bench guard --record"]
    assert instructions("events: Ir\nsummary: 12\n\nfn=(1)\n1 12\ntotals: 12\n") == 12
    assert tomllib.loads(as_toml({"gcc": {"compiler": "GCC 12.2.0", "a": 23.4}})) == {
        "gcc": {"compiler": "GCC 12.2.0", "a": 23.4}}


if __name__ == "__main__":
    self_test()
    chosen = arguments()
    if not chosen.self_test:
        main(chosen)
