# SPDX-License-Identifier: MIT
"""The results as a table: lines for a terminal, and Markdown."""
import statistics

import judge


class Line:
    """One peer's share in a scenario, as text."""

    def __init__(self, scenario, row, peer, notes):
        values = row[peer]
        self.name = peer.label(scenario)
        unit = scenario["unit"]
        self.value = f"{judge.number(statistics.median(values), unit)} {unit}"
        self.range = f"{judge.number(min(values), unit)} – {judge.number(max(values), unit)}" if len(values) > 1 else ""
        self.rate = rate(values)
        self.times = times_eddy(row, peer)
        self.verdict = judge.verdict(scenario, row, peer) if peer.family == "eddy" else ""
        self.marks = "".join(notes.mark(f"{peer.family}: {text}") for text in peer.differs(scenario))


class Notes:
    """Footnotes, each once, in the order of their first use."""

    def __init__(self):
        self.texts = []

    def mark(self, text):
        if text not in self.texts:
            self.texts.append(text)
        return f"[{self.texts.index(text) + 1}]"

    def lines(self):
        return [f"[{i}] {text}" for i, text in enumerate(self.texts, 1)]


def times_eddy(row, peer):
    """How many times eddy's cost, of the same compiler and backend; with its spread."""
    eddy = None if peer.family == "eddy" else judge.partner(row, peer, "eddy")
    return judge.spread(judge.multiples(row[peer], row[eddy])) + " ×" if eddy else ""


def rate(values):
    rates = [value.rate for value in values if getattr(value, "rate", None)]
    return f"{judge.number(statistics.median(rates))}/s" if rates else ""


def headline(name, scenario):
    promise = judge.target(scenario)
    return f"{name}: {scenario['about']}" + (f"; target {promise}" if promise else "")


def text(results, scenarios, peers, facts):
    """The lines for a terminal."""
    notes = Notes()
    for name, row in results.items():
        if row:
            yield headline(name, scenarios[name])
            for peer in judge.ordered(row):
                line = Line(scenarios[name], row, peer, notes)
                yield (f"  {line.name:<18}{line.value:>10}  {line.range:<18} {line.times:<22}{line.rate:>10}"
                       f"  {line.verdict} {line.marks}").rstrip()
            yield ""
    yield from notes.lines()
    yield ""
    yield from versions(results, peers)
    yield ", ".join(f"{key} {value}" for key, value in facts.items())


def markdown(results, scenarios, peers, facts):
    """The same for docs: one table for all, a bold row for each scenario."""
    notes = Notes()
    yield from ["| | median | min – max | × eddy | a second | |", "|---|---:|---:|---:|---:|---|"]
    for name, row in results.items():
        if not row:
            continue
        promise = judge.target(scenarios[name])
        yield f"| **{name}**: {scenarios[name]['about']} | | | | | {'target ' + promise if promise else ''} |"
        for peer in judge.ordered(row):
            line = Line(scenarios[name], row, peer, notes)
            verdict = line.verdict.replace("missed", "**missed**")
            yield f"| {line.name} | {line.value} | {line.range} | {line.times} | {line.rate} | {verdict} {line.marks} |"
    yield ""
    yield from (f"- {escaped(line)}" for line in notes.lines())
    yield ""
    yield from (f"- {line}" for line in versions(results, peers))
    yield ""
    yield "Measured on: " + ", ".join(f"{key} {value}" for key, value in facts.items()) + "."


def escaped(note):
    """What [1] means stays text in Markdown, not a link."""
    return note.replace("[", "\\[", 1).replace("|", "\\|")


def versions(results, peers):
    yield from (f"{peer.name}: {peer.version}" for peer in peers if any(peer in row for row in results.values()))
