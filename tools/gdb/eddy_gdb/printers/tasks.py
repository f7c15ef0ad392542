# SPDX-License-Identifier: MIT
"""Task, TaskHandle, AnyTask, Outcome, and what they are made of."""
from eddy_gdb.awaits import read_await
from eddy_gdb.describe import place, state, title
from eddy_gdb.loops import World
from eddy_gdb.memory import Memory, thrown_type
from eddy_gdb.names import short_type
from eddy_gdb.printers.values import Printer, pointer_in
from eddy_gdb.strands import Strand


def _describe(address):
    strand = Strand(World(), address)
    return f"{title(strand)} {state(strand)}"


class TaskPrinter(Printer):
    """eddy::Task: which coroutine."""

    def to_string(self):
        promise = int(self.value["promise_"])
        if not promise:
            return f"{self.kind}: empty (it was awaited, started or moved from)"
        return f"{self.kind}: {place(read_await(World(), promise))}, not started"


class HandlePrinter(Printer):
    """TaskHandle and AnyTask: the task's name and state."""

    def to_string(self):
        address = int(self.value["state_"])
        return f"{self.kind}: {_describe(address) if address else 'empty'}"


class StatePrinter(Printer):
    """The states of tasks themselves."""

    def to_string(self):
        return _describe(int(self.value.address))


class OutcomePrinter(Printer):
    """Outcome: its value, "cancelled", or the error's type."""

    def to_string(self):
        if self._has_value():
            return f"{self.kind}: a value"
        error = pointer_in(self.value["error_"])
        return f"{self.kind}: {'cancelled' if self.value['cancelled_'] else 'error ' + thrown_type(Memory(), error)}"

    def _has_value(self):
        return int(self.value["value_"]["_M_index"]) == 1

    def children(self):
        stored = self.value["value_"].type.strip_typedefs().template_argument(1)
        if self._has_value() and stored.strip_typedefs().name != "eddy::Unit":
            room = self.value["value_"]["_M_u"].address
            yield "value", room.cast(stored.pointer()).dereference()


def _continuation(bits):
    world, target = World(), bits & ~7
    if not target:
        return "nobody"
    if bits & 1:
        return f"the {short_type(world.class_of(target))} at {target:#x}"
    return place(read_await(world, target))


class ContPrinter(Printer):
    """Who goes on."""

    def to_string(self):
        return _continuation(int(self.value["bits_"]))


class StepPrinter(Printer):
    """What the trampoline does next."""

    def to_string(self):
        bits = int(self.value["to_"]["bits_"])
        return ("unwind " if bits & 2 else "resume ") + _continuation(bits) if bits & ~7 else "nobody"
