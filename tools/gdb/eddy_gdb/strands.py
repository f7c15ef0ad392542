# SPDX-License-Identifier: MIT
"""Tasks, and branches of their gathers."""
from eddy_gdb.names import short_type

ARMED, READY, STOPPED = 1, 2, 3  # an operation's states: the tag of its continuation
_AT_A_THING = ("Get", "GetNext", "Put", "EventWait", "LockAcquire", "SemaphoreAcquire", "BarrierWait")
_KIDS_MAX = 10_000_000  # of one owner; more means that memory is damaged


class Strand:
    """One line of execution: a task, or a branch of one."""

    def __init__(self, world, address, depth=0, loop=None):
        self.world, self.address, self.depth, self.loop, self.number = world, address, depth, loop, 0
        at = world.layout
        self._root = address + at["Strand.root"]
        self._flags = world.memory.half(self._root + at["CancelScope.flags"])

    def __eq__(self, other):
        return self.address == other.address

    def __hash__(self):
        return hash(self.address)

    def has(self, flag):
        return bool(self._flags & self.world.layout[flag])

    @property
    def is_task(self):
        return self.has("kTask")

    @property
    def runs(self):
        return self.has("kStarted") and not self.has("kEnded") and not self.leaf

    @property
    def leaf(self):
        """The address of the operation it waits at, or 0."""
        if not self.has("kStarted") or self.has("kEnded"):
            return 0
        return self.world.word(self.address, "Strand.leaf")

    @property
    def leaf_type(self):
        return short_type(self.world.class_of(self.leaf))

    @property
    def thing(self):
        """The address of the lock, queue or event it waits at, or 0: the first member of these operations."""
        return self.world.word(self.leaf, "Op.size") if self.leaf and self.leaf_type in _AT_A_THING else 0

    @property
    def leaf_state(self):
        return (self.world.word(self.leaf, "Op.cont") & 6) >> 1

    @property
    def cancelled(self):
        world = self.world
        return bool(world.memory.half(self._top() + world.layout["CancelScope.flags"]) & world.layout["kEffective"])

    @property
    def extra(self):
        """The address of its TaskExtra, or 0."""
        return self.world.word(self.address, "TaskBase.extra") if self.is_task and self.has("kHasExtra") else 0

    @property
    def name(self):
        """The task's; empty for a branch."""
        if not self.is_task:
            return ""
        given = self.world.text(self.extra, "TaskExtra.name") if self.extra else ""
        return given or f"task@{self.address:#x}"

    @property
    def type_name(self):
        return self.world.class_of(self.address)

    @property
    def cancel_reason(self):
        return self.world.text(self.extra, "TaskExtra.cancel_reason") if self.extra else ""

    @property
    def references(self):
        return self.world.memory.half(self._root + self.world.layout["CancelScope.refs"])

    @property
    def parent(self):
        """The strand that its owner stands on, or None."""
        scope = self.world.word(self._root, "CancelScope.up")
        host = scope and self.world.word(owner_of(self.world, scope), "Owner.host")
        return Strand(self.world, host, 0, self.loop) if host else None

    @property
    def task(self):
        """Itself, or the task that it is a branch of; None when that cannot be found."""
        strand = self
        while strand and not strand.is_task:
            strand = strand.parent
        return strand

    def _top(self):
        return self.world.word(self.address, "Node.next") if self.has("kStarted") else self._root

    def kids(self):
        """The strands whose owners stand on this one, each followed by its own."""
        world, scope = self.world, self._top()
        while scope and scope != self._root:
            if world.memory.half(scope + world.layout["CancelScope.flags"]) & world.layout["kOwner"]:
                yield from kids_of(world, owner_of(world, scope), self.depth + 1, self.loop)
            scope = world.word(scope, "CancelScope.up")
        if self.extra:
            yield from kids_of(world, self.extra + world.layout["TaskExtra.leftovers"], self.depth + 1, self.loop)


def owner_of(world, scope):
    """The Owner that a CancelScope is a part of."""
    return scope - (world.layout["Owner.flags"] - world.layout["CancelScope.flags"])


def ring(world, head, link):
    """The addresses in an intrusive ring, from the address of its head on."""
    first = item = world.memory.word(head)
    for _ in range(_KIDS_MAX):
        if not item:
            return
        yield item
        item = world.word(item, link)
        if item == first:
            return


def kids_of(world, owner, depth, loop):
    """The strands of an owner, depth first."""
    for address in ring(world, owner + world.layout["Owner.kids"], "Strand.next"):
        strand = Strand(world, address, depth, loop)
        yield strand
        yield from strand.kids()
