# SPDX-License-Identifier: MIT
"""Measuring while the machine is calm. Where others share its processors, a second of theirs makes ours half as fast, and
that is nothing a peer did. So a yardstick, always the same short computation, is held to the machine before and after each
measurement; one that was disturbed is taken again, as long as patience lasts. Which of them is kept is decided by the
yardstick alone, never by what was measured."""
import contextlib
import os
import time

STEPS = 100_000  # about 3 ms
CALM = 1.25  # times the fastest that the yardstick ever was
PAUSE = 0.05


class Calm:
    def __init__(self, patience, yardstick=None):
        """`patience`: how many seconds more a measurement may take until it has been undisturbed."""
        self.patience = patience
        self.yardstick = yardstick or seconds_of_a_computation
        self.fastest = min(self.yardstick(core) for core in every_core() * 20)
        self.measured = self.disturbed = 0

    def measure(self, what, one_core=False):
        """What `what()` returned when the machine was calm, or else when it was calmest."""
        cores, tries, end = every_core()[:1] if one_core else every_core(), [], time.monotonic() + self.patience
        while not tries or (min(tries)[0] > CALM and time.monotonic() < end):
            before = self.wait(cores, end)
            value = what()
            tries.append((max(before, self.slowness(cores)), len(tries), value))
        slowness, _, value = min(tries)
        self.measured += 1
        self.disturbed += slowness > CALM
        return value

    def wait(self, cores, end):
        """Until it is calm, or patience ends: how slow the machine is then."""
        while (slowness := self.slowness(cores)) > CALM and time.monotonic() < end:
            time.sleep(PAUSE)
        return slowness

    def slowness(self, cores):
        taken = [self.yardstick(core) for core in cores]
        self.fastest = min(self.fastest, *taken)
        return max(taken) / self.fastest

    def text(self):
        return f"{self.disturbed} of {self.measured}"


def every_core():
    return sorted(os.sched_getaffinity(0))


def seconds_of_a_computation(core):
    with on(core):
        begin, total = time.perf_counter(), 0
        for i in range(STEPS):
            total += i * i
        return time.perf_counter() - begin


@contextlib.contextmanager
def on(core):
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
