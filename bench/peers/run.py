#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the same scenarios in eddy and in its peers, in alternating rounds; bench/peers/README.md says how to add some.

Medians with the fastest and the slowest round, beside the targets. In build/bench/: peers.json (every round), peers.md
(the table), peers.svg (the picture)."""
import argparse
import json
import signal
import sys
import time

import machine
import picture
import selftest
import tables
from calm import Calm
from judge import target
from peer import BUILD, Skipped, all_peers
from scenarios import all_scenarios, wanted

OUT = BUILD / "bench"
SLOW_ROUNDS_MAX = 3
SECONDS_TO_SETTLE = 2  # the kernel goes on closing thousands of connections, on either core


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


def measure(peers, scenarios, rounds, calm):
    """{scenario: {peer: [a value for each round]}}.

    Other work on the machine comes and goes: so peers alternate, and a busy minute meets one round of many scenarios
    rather than every round of one. Another peer is the first in each round: what was there before, the state of the
    memory for instance, is not always the same one's burden."""
    results = {name: {peer: [] for peer in peers if peer.can(scenario)} for name, scenario in scenarios.items()}
    for i in range(rounds):
        for name, scenario in scenarios.items():
            if i < SLOW_ROUNDS_MAX or not scenario.get("slow"):
                progress(f"round {i + 1} of {rounds}: {name}")
                measure_round(results[name], name, scenario, calm, first=i)
                if "load" in scenario:
                    time.sleep(SECONDS_TO_SETTLE)
    progress("")
    return results


def measure_round(row, name, scenario, calm, first):
    peers = list(row)
    first %= max(len(peers), 1)
    for peer in peers[first:] + peers[:first]:
        try:
            row[peer].append(calm.measure(lambda: peer.measure(scenario), scenario.get("one_core", False)))
        except Skipped as reason:
            progress("")
            print(f"{peer.name}: {name} skipped: {reason}", file=sys.stderr)
            del row[peer]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


# --- what is left of it --------------------------------------------------------------------------


def as_json(results, scenarios, peers, facts):
    rows = {name: {"unit": scenarios[name]["unit"], "about": scenarios[name]["about"], "target": target(scenarios[name]),
                   "rounds": {peer.name: values for peer, values in row.items()},
                   "per_second": {peer.name: [value.rate for value in values] for peer, values in row.items()
                                  if values and values[0].rate}} for name, row in results.items()}
    document = {"machine": facts, "versions": {peer.name: peer.version for peer in peers}, "scenarios": rows}
    return json.dumps(document, indent=1, ensure_ascii=False)


def write(results, scenarios, peers, facts):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "peers.json").write_text(as_json(results, scenarios, peers, facts) + "\n")
    (OUT / "peers.md").write_text("\n".join(tables.markdown(results, scenarios, peers, facts)) + "\n")
    (OUT / "peers.svg").write_text(picture.draw(results, scenarios, facts))


# --- the program ---------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("filter", nargs="?", default="", help="part of a scenario's name, or an area such as core, net")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", help="only these folders, such as eddy,asio")
    parser.add_argument("--no-slow", action="store_true",
                        help="leave out sleepers and idle connections, which take up to ten seconds each")
    parser.add_argument("--patience", type=float, default=1, metavar="SECONDS",
                        help="how much longer a measurement may take until others leave the machine alone")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least one")
    return options


def chosen(names):
    """The peers that were asked for by name, or all."""
    peers = list(all_peers())
    there = {peer.family for peer in peers}
    unknown = set(names or []) - there
    if unknown:
        sys.exit(f"no peer is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(there))}")
    return [peer for peer in peers if not names or peer.family in names]


def main():
    options = arguments()
    scenarios = wanted(all_scenarios(), options.filter, not options.no_slow)
    if not scenarios:
        sys.exit(f"no scenario's name contains '{options.filter}', and no area is called that: see bench/peers/scenarios.toml")
    peers = prepared(chosen(options.peers and options.peers.split(",")))
    if not peers:
        sys.exit("no program could be built")
    facts, begin, calm = machine.facts(options.rounds), time.monotonic(), Calm(options.patience)
    results = measure(peers, scenarios, options.rounds, calm)
    facts["disturbed"] = calm.text()
    facts["seconds"] = round(time.monotonic() - begin)
    print("\n".join(tables.text(results, scenarios, peers, facts)))
    write(results, scenarios, peers, facts)
    print(f"\nevery round, the table, the picture: {OUT}/peers.json, peers.md, peers.svg")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # through `finally`: servers end as well
    selftest.main()
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\ninterrupted: nothing is kept of it")
