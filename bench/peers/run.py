#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the same scenarios in eddy and in its peers, in alternating rounds; bench/peers/README.md says how to add some.

Medians with the fastest and the slowest round, beside the targets; everything also in build/bench/peers.json."""
import argparse
import datetime
import glob
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tomllib

import servers

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build"
SCALE = {"ns": 1e9, "us": 1e6, "ms": 1e3, "s": 1}  # what is not a time stays as it is
SECONDS_MAX = 300
LOAD = BUILD / "gcc-release" / "bench" / "peer_load"


class Skipped(Exception):
    pass


class Sample(float):
    """What one round measured; `rate` is how often it was done in a second, where a server shows both."""

    def __new__(cls, value, rate=None):
        sample = super().__new__(cls, value)
        sample.rate = rate
        return sample


class Peer:
    """A program, built by one compiler and run on one backend where its folder's peer.toml lists several."""

    def __init__(self, folder, description, variant="", backend=""):
        self.folder, self.description, self.variant, self.backend = folder, description, variant, backend
        self.family = folder.name
        self.name = " ".join(filter(None, (folder.name, variant, backend)))

    def call(self, command, *arguments, seconds_max=SECONDS_MAX, one_core=False):
        command = ["taskset", "-c", "0"] * one_core + self.filled_in(command)
        try:
            done = subprocess.run([*command, *arguments], cwd=self.folder, capture_output=True, text=True,
                                  timeout=seconds_max)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Skipped(str(error)) from error
        if done.returncode:
            raise Skipped(f"{' '.join(command)} ended with {done.returncode}\n{(done.stdout + done.stderr).strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def filled_in(self, command):
        return [part.format(build=BUILD, variant=self.variant, backend=self.backend) for part in command]

    def prepare(self):
        """Builds the program, and asks it what it is."""
        for path in self.description.get("needs", []):
            if not glob.glob(path):
                raise Skipped(f"there is no {path}; see [peers] in deps/debian.txt")
        if "build" in self.description:
            self.call(self.description["build"], seconds_max=1800)
        lines = self.call(self.description["run"])
        self.version = next(value for key, value in lines if key == "version")
        self.scenarios = [value for key, value in lines if key == "scenario"]

    def can(self, scenario):
        """Backends differ in what they do with the network: the rest is run on the first."""
        first = self.description.get("backends", [""])[0]
        return scenario["runs"] in self.scenarios and ("load" in scenario or self.backend == first)

    def measure(self, scenario):
        if "load" in scenario:
            return self.measure_server(scenario)
        name, one_core = scenario["runs"], scenario.get("one_core", False)
        [[answered, _, value]] = self.call(self.description["run"], name, one_core=one_core)
        assert answered == name, answered
        return Sample(float(value) * SCALE.get(scenario["unit"], 1))

    def measure_server(self, scenario):
        server = self.filled_in([*self.description["run"], scenario["runs"]])
        try:
            said = servers.measure(server, self.folder, LOAD, scenario["load"])
        except (OSError, subprocess.TimeoutExpired, servers.Failed) as error:
            raise Skipped(str(error)) from error
        value = said["cpu"] if "cpu" in said else said["memory"]
        return Sample(value * SCALE.get(scenario["unit"], 1), said.get("rate"))

    def differs(self, scenario):
        return [d["by"] for d in self.description.get("differs", []) if scenario["runs"] in d["in"]]


def load(path):
    return tomllib.loads(path.read_text())


def all_scenarios():
    return {name: {"runs": name, **text} for name, text in load(HERE / "scenarios.toml").items()}


def all_peers():
    """eddy first and beside it what it is measured against on the network, then by name."""
    files = sorted(HERE.glob("*/peer.toml"), key=lambda file: (file.parent.name not in ("eddy", "raw"), file))
    described = [(file.parent, load(file)) for file in files]
    return [Peer(folder, text, variant, backend) for folder, text in described
            for variant in text.get("variants", [""]) for backend in text.get("backends", [""])]


def prepared(peers):
    ready = []
    for peer in peers:
        try:
            peer.prepare()
            ready.append(peer)
        except Skipped as reason:
            print(f"{peer.name}: skipped: {reason}", file=sys.stderr)
    return ready


# --- measuring -----------------------------------------------------------------------------------


def measure(peers, scenarios, rounds):
    """{scenario: {peer: [a value for each round]}}. Peers alternate: other work on the machine comes and goes."""
    results = {}
    for name, scenario in scenarios.items():
        row = results[name] = {peer: [] for peer in peers if peer.can(scenario)}
        for i in range(rounds):
            progress(f"{name}: round {i + 1} of {rounds}")
            measure_round(row, name, scenario)
    progress("")
    return results


def measure_round(row, name, scenario):
    for peer in list(row):
        try:
            row[peer].append(peer.measure(scenario))
        except Skipped as reason:
            progress("")
            print(f"{peer.name}: {name} skipped: {reason}", file=sys.stderr)
            del row[peer]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


# --- the table -----------------------------------------------------------------------------------


def target(scenario):
    at_most, at_least, times = (scenario.get(key) for key in ("at_most", "at_least", "at_most_times"))
    return ", ".join(([f"≤ {number(at_most)} {scenario['unit']}"] if at_most else []) +
                     ([f"≥ {at_least} × {scenario['against']}"] if at_least else []) +
                     ([f"≤ {times} × {scenario['against']}"] if times else []))


def rival(scenario, row, peer):
    """Whom `peer` is compared with: of the same compiler and backend, where there are several."""
    family = [other for other in row if other.family == scenario.get("against")]
    return next((other for other in family if other.variant in ("", peer.variant) and
                 other.backend in ("", peer.backend)), None)


def multiple(these, those):
    """The first as a multiple of the others: the median of the rounds, each compared with its neighbour."""
    return statistics.median(a / b for a, b in zip(these, those))


def verdict(scenario, row, peer):
    """`met`, `missed`, and for a ratio how large it is."""
    words, met = [], True
    if "at_most" in scenario:
        met = statistics.median(row[peer]) <= scenario["at_most"]
    if "against" in scenario:
        other = rival(scenario, row, peer)
        if other is None:
            return f"not compared: {scenario['against']} is missing"
        if "at_least" in scenario:  # of its speed
            ratio = multiple(row[other], row[peer])
            met = met and ratio >= scenario["at_least"]
        else:  # of its cost
            ratio = multiple(row[peer], row[other])
            met = met and ratio <= scenario["at_most_times"]
        words = [f"{ratio:.2f} × {other.name}:"]
    return " ".join([*words, "met" if met else "missed"]) if target(scenario) else ""


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def block(name, scenario, row, notes):
    """The lines of one scenario; its footnotes are added to `notes`."""
    yield f"{name}: {scenario['about']}" + (f"; target {target(scenario)}" if target(scenario) else "")
    for peer in sorted(row, key=lambda peer: statistics.median(row[peer])):
        values = row[peer]
        marks = [note_number(notes, f"{peer.family}: {text}") for text in peer.differs(scenario)]
        spread = f"({number(min(values))} – {number(max(values))})"
        yield (f"  {peer.name:<18}{number(statistics.median(values)):>8} {scenario['unit']:<3} {spread:<20}{rate(values)}"
               f" {verdict(scenario, row, peer) if peer.family == 'eddy' else ''.join(marks)}").rstrip()
    yield ""


def rate(values):
    rates = [value.rate for value in values if getattr(value, "rate", None)]
    return f" {number(statistics.median(rates)):>8}/s " if rates else ""


def note_number(notes, text):
    if text not in notes:
        notes.append(text)
    return f"[{notes.index(text) + 1}]"


def table(results, scenarios, peers):
    notes = []
    for name, row in results.items():
        if not row:
            continue
        yield from block(name, scenarios[name], row, notes)
    yield from (f"[{i}] {text}" for i, text in enumerate(notes, 1))
    yield ""
    yield from (f"{peer.name}: {peer.version}" for peer in peers if any(peer in row for row in results.values()))
    yield ", ".join(machine().values())


def machine():
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {"date": datetime.date.today().isoformat(), "cpu": models[0] if models else platform.machine(),
            "cores": f"{os.cpu_count()} cores", "system": f"Linux {platform.release()}"}


def write_json(results, scenarios, peers):
    file = BUILD / "bench" / "peers.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = {name: {"unit": scenarios[name]["unit"], "target": target(scenarios[name]),
                   "rounds": {peer.name: values for peer, values in row.items()},
                   "per_second": {peer.name: [value.rate for value in values] for peer, values in row.items()
                                  if values and values[0].rate}} for name, row in results.items()}
    file.write_text(json.dumps({"machine": machine(), "versions": {peer.name: peer.version for peer in peers},
                                "scenarios": rows}, indent=1, ensure_ascii=False))
    return file


# --- the program ---------------------------------------------------------------------------------


def self_test():
    def peer(name, variant, **description):
        return Peer(pathlib.Path(name), description, variant)

    scenario = {"runs": "a", "about": "work", "unit": "us", "at_most": 20, "at_least": 0.95, "against": "tbb"}
    row = {peer("eddy", "gcc"): [10, 30, 11], peer("eddy", "clang"): [21, 22, 23],
           peer("tbb", "gcc", differs=[{"in": ["a"], "by": "blocks"}]): [10, 33, 10],
           peer("tbb", "clang"): [30, 30, 30]}
    notes = []
    lines = [line.split() for line in block("a", scenario, row, notes)]
    assert lines[0][-7:] == "target ≤ 20 us, ≥ 0.95 × tbb".split()[-7:], lines[0]
    assert lines[1] == "tbb gcc 10 us (10 – 33) [1]".split(), lines[1]
    assert lines[2] == "eddy gcc 11 us (10 – 30) 1.00 × tbb gcc: met".split(), lines[2]
    assert lines[3] == "eddy clang 22 us (21 – 23) 1.36 × tbb clang: missed".split(), lines[3]
    assert notes == ["tbb: blocks"]
    self_test_of_servers()


def self_test_of_servers():
    def peer(name, *which):
        return Peer(pathlib.Path(name), {}, *which)

    scenario = {"runs": "a", "about": "load", "unit": "us", "at_most_times": 1.05, "against": "raw"}
    row = {peer("eddy", "gcc", "epoll"): [Sample(9, 100), Sample(9, 300)],
           peer("raw", "", "uring"): [Sample(5, 1), Sample(5, 1)], peer("raw", "", "epoll"): [Sample(8, 1), Sample(9, 1)]}
    lines = [line.split() for line in block("a", scenario, row, [])]
    assert lines[3] == "eddy gcc epoll 9 us (9 – 9) 200/s 1.06 × raw epoll: missed".split(), lines[3]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("filter", nargs="?", default="", help="part of a scenario's name, or an area")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", help="only these folders, such as eddy,asio")
    options = parser.parse_args()

    scenarios = {name: text for name, text in all_scenarios().items()
                 if options.filter in name or options.filter == text.get("area")}
    if not scenarios:
        sys.exit(f"no scenario's name contains '{options.filter}': see bench/peers/scenarios.toml")
    wanted = options.peers and options.peers.split(",")
    peers = prepared(peer for peer in all_peers() if not wanted or peer.family in wanted)
    if not peers:
        sys.exit("no program could be built")
    results = measure(peers, scenarios, options.rounds)
    print("\n".join(table(results, scenarios, peers)))
    print(f"\nevery round is in {write_json(results, scenarios, peers)}")


if __name__ == "__main__":
    self_test()
    main()
