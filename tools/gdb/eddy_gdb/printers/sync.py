# SPDX-License-Identifier: MIT
"""Queues, locks, semaphores, events: their state and how many wait."""
import gdb

from eddy_gdb.describe import count
from eddy_gdb.loops import World
from eddy_gdb.printers.values import Printer, base_of, number
from eddy_gdb.strands import ring


def _waiting(waiters):
    world, head = World(), int(waiters.address)
    return sum(1 for _ in ring(world, head, "Node.next"))


class QueuePrinter(Printer):
    """Queue, LifoQueue and PriorityQueue: how many items and who waits; the items (of a LifoQueue the last comes next,
    of a PriorityQueue the first)."""

    def to_string(self):
        core = base_of(self.value, "QueueCore")
        most = number(core["maxsize_"])
        text = f"{self.kind}: {count(number(core['stored_']), 'item')}" + (f" of at most {most}" if most else "")
        text += f", {_waiting(core['getters_'])} waiting to get, {_waiting(core['putters_'])} to put"
        return text + (", shut down" if core["shut_down_"] else "")

    def display_hint(self):
        return "array"

    def children(self):
        for i, slot in enumerate(self._slots()):
            item = slot["item_"]
            yield f"[{i}]", item.dereference() if item.type.code == gdb.TYPE_CODE_PTR and _is_boxed(slot) else item

    def _slots(self):
        store = self.value["store_"]
        if "head_" not in (field.name for field in store.type.strip_typedefs().fields()):
            vector = store["slots_"]["_M_impl"]
            first, end = vector["_M_start"], vector["_M_finish"]
            return [first[i] for i in range(int(end - first))]
        head, tail, capacity = (number(store[name]) for name in ("head_", "tail_", "capacity_"))
        return [store["slots_"][i & (capacity - 1)] for i in range(head, tail)]


def _is_boxed(slot):
    return not bool(slot.type.strip_typedefs().template_argument(1))


class PermitsPrinter(Printer):
    """Lock and Semaphore: what is free, who waits."""

    def to_string(self):
        permits = self.value["permits_"]
        free, waiting = number(permits["free_"]), _waiting(permits["waiters_"])
        what = ("free" if free else "held") if self.kind == "eddy::Lock" else f"{count(free, 'permit')} free"
        return f"{self.kind}: {what}, {waiting} waiting"


class HeldPrinter(Printer):
    """LockGuard and Permit: of which lock or semaphore, whose first member the permits are."""

    def to_string(self):
        held = int(base_of(self.value, "HeldPermit")["permits_"])
        return f"{self.kind}: {f'of {held:#x}' if held else 'holds nothing'}"


class EventPrinter(Printer):
    def to_string(self):
        is_set = "set" if self.value["set_"] else "not set"
        return f"{self.kind}: {is_set}, {_waiting(self.value['waiters_'])} waiting"
