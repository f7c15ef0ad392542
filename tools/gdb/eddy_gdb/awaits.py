# SPDX-License-Identifier: MIT
"""Who goes on after whom: the chain of awaits from an operation to the end of its strand."""
from collections import namedtuple

from eddy_gdb.names import short_function

Await = namedtuple("Await", "function file line")
_LONGEST = 1_000_000
_HEADER = 16  # of a coroutine's frame: two pointers, then the promise


def promise_of(frame):
    return frame + _HEADER


def frame_of(promise):
    return promise - _HEADER


def read_await(world, promise):
    """Where a suspended coroutine awaits: its std::source_location."""
    where = world.word(promise, "Promise.where")
    if not where:
        return Await("?", "?", 0)
    read = world.memory
    return Await(short_function(read.c_string(read.word(where + 8))), read.c_string(read.word(where)),
                 read.half(where + 16))


def coroutines_from(world, continuation):
    """The promises from a continuation on, innermost first, and at the end the receiver that ends the chain (or 0)."""
    promises = []
    for _ in range(_LONGEST):
        target = continuation & ~7
        if not target:
            return promises, 0
        if not continuation & 1:
            promises.append(target)
            continuation = world.word(target, "Promise.parent")
        elif world.passes_on(target):
            continuation = world.word(target, "Op.cont")
        else:
            return promises, target
    return promises, 0


def awaits_from(world, continuation):
    return [read_await(world, promise) for promise in coroutines_from(world, continuation)[0]]


def awaits_of(strand):
    """The awaits of a strand that waits, innermost first; none of one that does not."""
    leaf = strand.leaf
    return awaits_from(strand.world, strand.world.word(leaf, "Op.cont")) if leaf else []


def innermost_await(world, operation):
    """Where an operation is awaited, or None: by a task itself, without a coroutine."""
    promises, _ = coroutines_from(world, world.word(operation, "Op.cont"))
    return read_await(world, promises[0]) if promises else None
