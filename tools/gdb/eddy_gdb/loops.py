# SPDX-License-Identifier: MIT
"""The loops of a process: all of them, whoever runs them."""
import functools
from collections import namedtuple

import gdb

from eddy_gdb.layout import find_root, read_layout
from eddy_gdb.memory import Memory, address_of
from eddy_gdb.strands import Strand, kids_of, ring

Timer = namedtuple("Timer", "address due")  # nanoseconds from when the loop last looked at its clock
_LOOPS_MAX = 100_000
_VTABLE = "vtable for "
_SLOTS_MAX = 32


class World:
    """The process as it is now. Make a new one for each command."""

    def __init__(self):
        root = find_root()
        self.memory = Memory()
        self.layout = read_layout(self.memory, self.memory.word(root + 8))
        self._root, self._operations = root, {}

    def word(self, address, field):
        return self.memory.word(address + self.layout[field])

    def text(self, address, field):
        return self.memory.std_string(address + self.layout[field])

    def class_of(self, node):
        """The name of an object's class, from its vtable's symbol."""
        name, _ = self.memory.symbol(self.memory.word(node))
        return name[len(_VTABLE):] if name.startswith(_VTABLE) else name or "something without a name"

    def passes_on(self, node):
        """Whether a receiver is an operation, which has a continuation of its own; a task or a branch has none."""
        table = self.memory.word(node)
        if table not in self._operations:
            self._operations[table] = any(slot == self._continues for slot in self._slots(table))
        return self._operations[table]

    @functools.cached_property
    def _continues(self):
        """The code of `Op::continuation`: the vtables of operations have it."""
        code = address_of("eddy::detail::Op::continuation() const")
        if code is None:
            raise gdb.GdbError("eddy: the symbol eddy::detail::Op::continuation is missing: was the program stripped "
                               "in part?")
        return code

    def _slots(self, table):
        """The functions in a vtable."""
        name, _ = self.memory.symbol(table)
        for slot in range(table, table + _SLOTS_MAX * 8, 8):
            if self.memory.symbol(slot)[0] != name:
                return
            yield self.memory.word(slot)

    @functools.cached_property
    def _loops(self):
        found = list(self._find_loops())[::-1]
        for number, loop in enumerate(found, 1):
            loop.number = number
        return found

    @functools.cached_property
    def _strands(self):
        found = [strand for loop in self._loops for strand in loop.strands()]
        for number, strand in enumerate(found, 1):
            strand.number = number
        return found

    def loops(self):
        """Every loop, in the order in which they were made."""
        return self._loops

    def strands(self):
        """Every strand of every loop, numbered from 1."""
        return self._strands

    def _find_loops(self):
        entry = self.memory.word(self._root)
        for _ in range(_LOOPS_MAX):
            if not entry:
                return
            yield Loop(self, self.word(entry, "ListedLoop.loop"))
            entry = self.word(entry, "ListedLoop.next")


class Loop:
    """One thread's scheduler."""

    def __init__(self, world, address):
        self.world, self.address, self.number = world, address, 0

    @property
    def entered(self):
        """The address of the run that is in progress; 0 when nobody runs the loop."""
        return self.world.word(self.address, "Loop.entered")

    @property
    def closed(self):
        return bool(self.world.memory.bytes(self.address + self.world.layout["Loop.closed"], 1)[0])

    @property
    def outside_work(self):
        return self.world.word(self.address, "Loop.outside_work")

    def strands(self):
        """Every strand, depth first: tasks nobody else owns, then those of objects that stand on no task."""
        world = self.world
        root = self.address + world.layout["Loop.root"]
        for owner in (root, *ring(world, root + world.layout["RootOwner.objects"], "Detached.next")):
            yield from kids_of(world, owner, 0, self)

    def running(self):
        """The strand that runs on its thread, or None."""
        if not self.entered:
            return None
        here = self.world.word(self.entered, "Entered.here")
        address = self.world.word(here, "Running.strand")
        return next((strand for strand in self.strands() if strand.address == address and strand.runs), None)

    def ready(self):
        """How many nodes wait to be dispatched."""
        return sum(self._length(queue) for queue in ("Loop.front", "Loop.ready", "Loop.starts"))

    def _length(self, queue):
        node, length = self.world.word(self.address, queue), 0
        while node and length < 10_000_000:
            node, length = self.world.word(node, "Node.next"), length + 1
        return length

    def due(self, timer):
        """In how many nanoseconds an armed timer is due, as of when the loop last looked at its clock."""
        when = self.world.memory.signed(timer + self.world.layout["TimerOp.when"])
        return -when if when < 0 else when - self._cursor

    @functools.cached_property
    def _wheel(self):
        return self.address + self.world.layout["Loop.timers"]

    @functools.cached_property
    def _cursor(self):
        return self.world.memory.signed(self._wheel + self.world.layout["TimerWheel.cursor"])

    def timers(self):
        """What is armed, soonest first."""
        found = (timer for head in self._rings() for timer in ring(self.world, head, "Node.next"))
        return sorted((Timer(address, self.due(address)) for address in found), key=lambda timer: timer.due)

    def _rings(self):
        at, memory = self.world.layout, self.world.memory
        yield self._wheel + at["TimerWheel.fresh"]
        for level in range(at["TimerWheel.kLevels"]):
            base = self._wheel + at["TimerWheel.levels"] + level * at["Level.size"]
            used = memory.word(base + at["Level.used"])
            yield from (base + at["Level.slots"] + 8 * slot for slot in range(at["TimerWheel.kSlots"])
                        if used >> slot & 1)

    def thread(self):
        """The thread that runs it, or None: of those whose stack pointer is below the run, the nearest."""
        if not self.entered:
            return None
        stack = self.world.word(self.entered, "Entered.stack")
        pointers = ((stack_pointer(thread), thread) for thread in gdb.selected_inferior().threads())
        below = [(pointer, thread) for pointer, thread in pointers if pointer <= stack]
        return max(below, key=lambda found: found[0])[1] if below else None


class OnThread:
    """`with OnThread(thread):` another thread is selected; afterwards everything is as before."""

    def __init__(self, thread):
        self._thread = thread

    def __enter__(self):
        self._before, self._frame = gdb.selected_thread(), gdb.selected_frame()
        self._thread.switch()

    def __exit__(self, *_):
        self._before.switch()
        self._frame.select()


def stack_pointer(thread):
    with OnThread(thread):
        return int(gdb.newest_frame().read_register("sp")) & 0xFFFF_FFFF_FFFF_FFFF


def strand_at(world, operation):
    """The strand that an operation belongs to, or None."""
    address = world.word(operation, "Op.strand")
    return Strand(world, address) if address else None
