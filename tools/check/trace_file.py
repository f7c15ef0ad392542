#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program's trace is one that viewers accept.

  trace_file.py PROGRAM     runs `PROGRAM FILE` and reads the trace in FILE
  trace_file.py FILE.json   reads FILE.json
  trace_file.py --self-test

Valid JSON; what each event needs is there; slices on a track nest; times on a track ascend, by the ends of slices, for
they are written when they end; every B has its E; both ends of each arrow lie in slices; tracks have names."""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile


def nanos(micros):
    return round(micros * 1000)


def nest(track, slices):
    stack, previous = [], 0
    for end in (s[1] for s in slices):
        if end < previous:
            yield f"track {track}: written too late: a slice that ends at {end}"
        previous = end
    for begin, end, name in sorted(slices, key=lambda s: (s[0], -s[1])):
        while stack and stack[-1][0] <= begin:
            stack.pop()
        if stack and end > stack[-1][0]:
            yield f"track {track}: {name} [{begin}, {end}] leaves {stack[-1][1]}"
        stack.append((end, name))


def complaints(text):
    try:
        events = json.loads(text)
    except ValueError as error:
        yield f"not JSON: {error}"
        return
    slices, named, used = collections.defaultdict(list), set(), set()
    begun, arrows = collections.Counter(), collections.defaultdict(list)
    for event in events:
        missing = {"ph", "name", "pid", "tid", "ts"} - event.keys()
        if missing:
            yield f"{event}: without {sorted(missing)}"
            continue
        track, phase, at = (event["pid"], event["tid"]), event["ph"], nanos(event["ts"])
        if phase == "X":
            slices[track].append((at, at + nanos(event["dur"]), event["name"]))
        elif phase in "BE":
            begun[track] += 1 if phase == "B" else -1
        elif phase in "sf":
            arrows[event["id"]].append((phase, track, at))
        elif phase == "M" and event["name"] == "thread_name":
            named.add(track)
        if phase not in "MC":
            used.add(track)
    for track in sorted(used - named):
        yield f"track {track} has no name"
    for track, count in begun.items():
        if count:
            yield f"track {track}: B and E do not match"
    for track, own in slices.items():
        yield from nest(track, own)
    for number, ends in arrows.items():
        if sorted(end[0] for end in ends) != ["f", "s"]:
            yield f"arrow {number} has not two ends"
        for _, track, at in ends:
            if not any(begin <= at <= end for begin, end, _ in slices[track]):
                yield f"arrow {number} ends in no slice of track {track}"
    if not slices:
        yield "no slices at all"


def self_test():
    name = '{"ph":"M","name":"thread_name","pid":1,"tid":1,"ts":0,"args":{"name":"t"}}'

    def bad(*events):
        return list(complaints("[" + ",".join((name, *events)) + "]"))

    def x(begin, length):
        return f'{{"ph":"X","name":"x","pid":1,"tid":1,"ts":{begin},"dur":{length}}}'

    arrow = '{{"ph":"{}","name":"a","pid":1,"tid":1,"ts":{},"id":7}}'
    assert not bad(x(1, 2), x(3, 4), x(1, 9))
    assert bad(x(1, 4), x(3, 4)) and bad(x(3, 4), x(1, 1)) and bad()
    assert not bad(x(1, 4), arrow.format("s", 1), arrow.format("f", 5))
    assert bad(x(1, 4), arrow.format("s", 1)) and bad(x(1, 4), arrow.format("s", 1), arrow.format("f", 6))
    assert bad(x(1, 4).replace('"tid":1', '"tid":2')) and bad(x(1, 4).replace('"ph":"X"', '"ph":"B"'))
    assert list(complaints("[1,]"))


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    path = pathlib.Path(sys.argv[1])
    if path.suffix == ".json":
        found = list(complaints(path.read_text()))
    else:
        with tempfile.TemporaryDirectory() as folder:
            trace = pathlib.Path(folder, "run.json")
            subprocess.run([path, trace], check=True, stdout=subprocess.DEVNULL)
            found = list(complaints(trace.read_text()))
    for complaint in found:
        print(complaint)
    sys.exit(1 if found else 0)


main()
