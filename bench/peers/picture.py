# SPDX-License-Identifier: MIT
"""The results as a picture: a panel for each area, bars on a logarithmic scale, readable on light and dark."""
import html
import math
import statistics

import judge

WIDTH, MARGIN = 900, 16
NAME, VALUE = 130, 90  # room left of the bars for names, right of them for values
BAR, GAP = 15, 3
TITLES = {"tasks": "Tasks", "forks": "Fork and join", "time": "Timers and timeouts", "sleepers": "A million sleepers",
          "memory": "Memory", "sync": "Queues and semaphores", "threads": "Threads", "processes": "Processes",
          "net": "Network"}
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}
STYLE = """
svg { font: 12px system-ui, sans-serif } .page { fill: #ffffff }
text { fill: #1f2328 } .quiet { fill: #59636e } .title { font-size: 17px; font-weight: 600 } .about { font-weight: 600 }
.bar { fill: #9aa4af } .range { fill: #1f2328; opacity: 0.55 } .eddy { fill: #0969da } .line { stroke: #d1d9e0 } .target { stroke: #bc4c00; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #9198a1 } .bar { fill: #59636e }
  .range { fill: #e6edf3 } .eddy { fill: #4493f8 } .line { stroke: #3d444d } .target { stroke: #f0883e }
}
"""


class Page:
    """Elements from top to bottom; `y` is where the next one goes."""

    def __init__(self):
        self.elements, self.y = [], MARGIN

    def text(self, x, words, kind="", anchor="start"):
        self.elements.append(f'<text x="{x:.1f}" y="{self.y:.1f}" class="{kind}" text-anchor="{anchor}">'
                             f"{html.escape(words)}</text>")

    def bar(self, x, width, kind):
        self.elements.append(f'<rect x="{x:.1f}" y="{self.y - BAR + 3:.1f}" width="{max(width, 1):.1f}" height="{BAR}" '
                             f'rx="2" class="{kind}"/>')

    def range(self, left, right):
        """A whisker in the middle of the bar that was drawn last."""
        if right > left:
            self.elements.append(f'<rect x="{left:.1f}" y="{self.y - BAR / 2 + 2:.1f}" width="{right - left:.1f}" '
                                 f'height="2" class="range"/>')

    def line(self, x, top, bottom, kind):
        self.elements.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" class="{kind}"/>')

    def finished(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.y + MARGIN:.0f}" width="{WIDTH}">'
                f"<style>{STYLE}</style>\n" + '<rect class="page" width="100%" height="100%"/>\n' + "\n".join(self.elements) + "\n</svg>\n")


class Scale:
    """From values to places, by their logarithms; whole powers of ten at both ends."""

    def __init__(self, values):
        self.low = math.floor(math.log10(0.8 * min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)

    def place(self, value):
        value = max(value, 10.0 ** self.low)  # nothing at all has no logarithm
        left, right = NAME + MARGIN, WIDTH - VALUE - MARGIN
        return left + (right - left) * (math.log10(value) - self.low) / (self.high - self.low)

    def tens(self):
        return range(self.low, self.high + 1)


def panels(results, scenarios):
    """{area: [scenario names]}, in the order of scenarios.toml."""
    areas = {}
    for name, row in results.items():
        if row:
            areas.setdefault(scenarios[name]["area"].split()[-1], []).append(name)
    return areas


def common(scenario, value):
    """The value in seconds, so that scenarios of a panel share a scale; bytes stay bytes."""
    return value * SECONDS.get(scenario["unit"], 1)


def axis_label(scenario, power):
    if scenario["unit"] not in SECONDS:
        return f"{10.0 ** power:,.0f} {scenario['unit']}"
    unit = next((unit for unit in ("s", "ms", "us") if 10.0 ** power >= SECONDS[unit] * 0.999), "ns")
    return f"{10.0 ** power / SECONDS[unit]:.3g} {unit}"


def draw_axis(page, scale, scenario, bottom):
    for power in scale.tens():
        x = scale.place(10.0 ** power)
        page.text(x, axis_label(scenario, power), "quiet", "middle")
        page.line(x, page.y + 5, bottom, "line")


def draw_scenario(page, scale, name, scenario, row):
    promise = judge.target(scenario)
    page.y += BAR + 8
    page.text(MARGIN, f"{name}: {scenario['about']}", "about")
    if promise:
        page.text(WIDTH - MARGIN, f"target {promise}", "quiet", "end")
    top = page.y + 5
    for peer in judge.ordered(row):
        draw_bar(page, scale, scenario, peer, row[peer])
    if isinstance(scenario.get("at_most"), (int, float)):
        page.line(scale.place(common(scenario, scenario["at_most"])), top, page.y + 4, "target")


def draw_bar(page, scale, scenario, peer, values):
    page.y += BAR + GAP
    median = statistics.median(values)
    left, right = scale.place(10.0 ** scale.low), scale.place(common(scenario, median))
    page.text(left - 8, peer.label(scenario), "", "end")
    page.bar(left, right - left, "eddy" if peer.family == "eddy" else "bar")
    low, high = (scale.place(common(scenario, end)) for end in (min(values), max(values)))
    page.range(low, high)
    page.text(max(right, high) + 6, f"{judge.number(median)} {scenario['unit']}", "quiet")


def values_of(results, scenarios, names):
    for name in names:
        scenario = scenarios[name]
        yield from (common(scenario, value) for values in results[name].values() for value in values)
        if isinstance(scenario.get("at_most"), (int, float)):
            yield common(scenario, scenario["at_most"])


def draw_panel(page, results, scenarios, area, names):
    scale = Scale([value for value in values_of(results, scenarios, names) if value > 0])
    page.y += 34
    page.text(MARGIN, TITLES.get(area, area), "title")
    page.y += 22
    bottom = page.y + sum((BAR + 8) + len(results[name]) * (BAR + GAP) for name in names) + 6
    draw_axis(page, scale, scenarios[names[0]], bottom)
    for name in names:
        draw_scenario(page, scale, name, scenarios[name], results[name])


def draw_facts(page, facts):
    page.y += 14
    for some in (facts[:4], facts[4:]):
        page.y += 16
        page.text(MARGIN, ", ".join(some), "quiet")


def draw(results, scenarios, facts):
    page = Page()
    page.y += 6
    page.text(MARGIN, "Cost of one operation, logarithmic: a shorter bar is better. Bars are medians, with the range of the rounds; "
              "the line is eddy's target.", "quiet")
    for area, names in panels(results, scenarios).items():
        draw_panel(page, results, scenarios, area, names)
    draw_facts(page, [f"{key} {value}" for key, value in facts.items()])
    return page.finished()
