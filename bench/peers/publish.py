#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps the last whole run of ./dev bench peers in docs/: the table, the picture, and a link in performance.md.

  publish.py [--partly]   --partly: keep it although scenarios are missing"""
import argparse
import json
import pathlib
import re
import sys

from peer import BUILD, all_peers
from scenarios import all_scenarios

RUN = BUILD / "bench"
DOCS = BUILD.parent / "docs"
MARKED = re.compile(r"(<!-- results: publish.py writes this -->\n).*?(<!-- end -->)", re.S)


def page(facts, table):
    return f"""# Performance: results

Written by `bench/peers/publish.py` from a run of `./dev bench peers` of
commit {facts['commit']} on {facts['date']}: {facts['rounds']} rounds on
{facts['processor']}, {facts['cores']} cores, {facts['kernel']}, {facts['distribution']}. The load of the machine was
{facts['load']} when it began (the last 1, 5, 15 minutes), and {facts['disturbed']} measurements were disturbed by others:
figures of a busy machine are worth nothing. Absolute figures belong to this machine; [how to read them](performance.md).

![Cost of one operation, eddy and its peers, on a logarithmic scale](performance-results.svg)

{table}"""


def link(facts):
    return (f"[The last run that was kept](performance-results.md) is of {facts['date']}, on {facts['processor']}, "
            f"{facts['kernel']}, in {facts['rounds']} rounds.\n")


def missing(run):
    """What has not been measured, or not by eddy, and which peers took no part."""
    families = {name.split()[0] for name in run["versions"]}
    return [name for name in all_scenarios()
            if not any(peer.startswith("eddy") for peer in run["scenarios"].get(name, {}).get("rounds", {}))
            ] + sorted({peer.family for peer in all_peers()} - families)


def publish(docs, run, table, picture):
    (docs / "performance-results.md").write_text(page(run["machine"], table))
    (docs / "performance-results.svg").write_text(picture)
    method = docs / "performance.md"
    text, count = MARKED.subn(lambda match: match[1] + link(run["machine"]) + match[2], method.read_text())
    assert count == 1, f"{method} has no place for results"
    method.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--partly", action="store_true")
    partly = parser.parse_args().partly
    if not (RUN / "peers.json").exists():
        sys.exit("there is no run yet: ./dev bench peers")
    run = json.loads((RUN / "peers.json").read_text())
    if missing(run) and not partly:
        sys.exit(f"not measured: {', '.join(missing(run))}; a whole run: ./dev bench peers; or else: publish.py --partly")
    publish(DOCS, run, (RUN / "peers.md").read_text(), (RUN / "peers.svg").read_text())
    print(f"kept in {DOCS.relative_to(pathlib.Path.cwd()) if DOCS.is_relative_to(pathlib.Path.cwd()) else DOCS}: "
          "performance-results.md, performance-results.svg, and the link in performance.md")


if __name__ == "__main__":
    main()
