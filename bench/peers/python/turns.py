# SPDX-License-Identifier: MIT
import time


class Turns:
    """Turns of the same work, and the time of their mean; the first is not counted, because it warms up."""

    def __init__(self, count):
        self.count = count

    def __iter__(self):
        yield 0
        begin = time.perf_counter()
        yield from range(1, self.count + 1)
        self.seconds = (time.perf_counter() - begin) / self.count
