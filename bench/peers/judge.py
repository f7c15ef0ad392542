# SPDX-License-Identifier: MIT
"""What the rounds of a scenario say: order, ratios, whether a target is met. A row is {peer: [a value for each round]}."""
import statistics


def ordered(row):
    """eddy first, then the others by their medians."""
    return sorted(row, key=lambda peer: (peer.family != "eddy", peer.family != "eddy" and statistics.median(row[peer])))


def multiples(these, those):
    """The first as multiples of the others, each round compared with its neighbour."""
    return [a / b for a, b in zip(these, those) if b]


def partner(row, peer, family):
    """Whom of `family` this peer is compared with: of the same compiler and backend, where there are several.

    Who has no choice of backends has epoll."""
    def matches(other):
        return (other.variant in ("", peer.variant)) + (other.backend in ("", peer.backend or "epoll"))

    family = [other for other in row if other.family == family]
    return max(family, key=matches, default=None)  # the first of those that match best


def target(scenario):
    """The promise in words."""
    at_most, at_least, times = (scenario.get(key) for key in ("at_most", "at_least", "at_most_times"))
    if isinstance(at_most, dict):
        at_most = " / ".join(number(limit) for limit in at_most.values()) + f" {scenario['unit']} ({', '.join(at_most)})"
    elif at_most:
        at_most = f"{number(at_most)} {scenario['unit']}"
    return ", ".join(([f"≤ {at_most}"] if at_most else []) +
                     ([f"≥ {at_least} × the speed of {scenario['against']}"] if at_least else []) +
                     ([f"≤ {times} × {scenario['against']}"] if times else []))


def limit(scenario, peer):
    at_most = scenario.get("at_most")
    return at_most.get(peer.variant) if isinstance(at_most, dict) else at_most


def verdict(scenario, row, peer):
    """`met` or `missed`, and for a promise about another peer how large the ratio is."""
    most = limit(scenario, peer)
    met = most is None or statistics.median(row[peer]) <= most
    if "against" not in scenario:
        return "" if most is None else "met" if met else "missed"
    other = partner(row, peer, scenario["against"])
    if other is None:
        return f"not compared: {scenario['against']} is missing"
    if "at_least" in scenario:  # of its speed
        ratios = multiples(row[other], row[peer])
        met = met and statistics.median(ratios) >= scenario["at_least"]
    else:  # of its cost
        ratios = multiples(row[peer], row[other])
        met = met and statistics.median(ratios) <= scenario["at_most_times"]
    return f"{ratio_text(ratios)} × {other.name}: {'met' if met else 'missed'}"


def ratio_text(ratios):
    """`1.04 (0.98 – 1.2)`: whoever reads a verdict sees how sure it is."""
    text = f"{statistics.median(ratios):.2f}"
    return text if len(ratios) == 1 else f"{text} ({min(ratios):.2f} – {max(ratios):.2f})"


def number(value, unit=""):
    if unit == "B" and value < 1000:
        return f"{value:.1f}"
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def spread(values):
    """`11 (10 – 30)`; one value is itself."""
    median = number(statistics.median(values))
    return median if len(values) == 1 else f"{median} ({number(min(values))} – {number(max(values))})"
