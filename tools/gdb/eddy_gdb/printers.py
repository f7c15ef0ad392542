# SPDX-License-Identifier: MIT
"""How `print` shows eddy's types. Unlike the commands it needs the program's debug information (-g)."""
import re

import gdb
import gdb.printing

from eddy_gdb.awaits import read_await
from eddy_gdb.describe import count, place, state, title
from eddy_gdb.loops import World
from eddy_gdb.memory import Memory, thrown_type
from eddy_gdb.names import duration, short_type
from eddy_gdb.strands import Strand, ring

_STRING = re.compile(r"std::(?:__cxx11::)?basic_string<char, std::char_traits<char>, std::allocator<char> ?>(?: (?=>))?")
_LINKS = {"eddy::detail::Op": "Node.next", "eddy::detail::Strand": "Strand.next",
          "eddy::detail::Detached": "Detached.next"}


def _pointer(value):
    """The address in a pointer, or in a class that is nothing but one: Owned, std::unique_ptr, Ring, exception_ptr."""
    return Memory().word(int(value.address)) if value.address is not None else int(value)


def _size(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def _base(value, name):
    """`value` as its base class of this name, however far up."""
    for field in value.type.strip_typedefs().fields():
        if field.is_base_class:
            if short_type(field.type.strip_typedefs().name) == name:
                return value.cast(field.type)
            found = _base(value.cast(field.type), name)
            if found is not None:
                return found
    return None


class _Printer:
    """One value; `to_string` says what it is."""

    def __init__(self, value):
        self.value = value

    @property
    def kind(self):
        name = self.value.type.strip_typedefs().unqualified().name
        return _STRING.sub("std::string", name).replace(", eddy::detail::Smaller", "")


def _describe(address):
    strand = Strand(World(), address)
    return f"{title(strand)} {state(strand)}"


class TaskPrinter(_Printer):
    """eddy::Task: which coroutine."""

    def to_string(self):
        promise = int(self.value["promise_"])
        if not promise:
            return f"{self.kind}: empty (it was awaited, started or moved from)"
        return f"{self.kind}: {place(read_await(World(), promise))}, not started"


class HandlePrinter(_Printer):
    """TaskHandle and AnyTask: the task's name and state."""

    def to_string(self):
        address = int(self.value["state_"])
        return f"{self.kind}: {_describe(address) if address else 'empty'}"


class StatePrinter(_Printer):
    """The states of tasks themselves."""

    def to_string(self):
        return _describe(int(self.value.address))


class OutcomePrinter(_Printer):
    """Outcome: its value, "cancelled", or the error's type."""

    def to_string(self):
        if self._has_value():
            return f"{self.kind}: a value"
        error = _pointer(self.value["error_"])
        return f"{self.kind}: {'cancelled' if self.value['cancelled_'] else 'error ' + thrown_type(Memory(), error)}"

    def _has_value(self):
        return int(self.value["value_"]["_M_index"]) == 1

    def children(self):
        stored = self.value["value_"].type.strip_typedefs().template_argument(1)
        if self._has_value() and stored.strip_typedefs().name != "eddy::Unit":
            room = self.value["value_"]["_M_u"].address
            yield "value", room.cast(stored.pointer()).dereference()


def _waiting(waiters):
    world, head = World(), int(waiters.address)
    return sum(1 for _ in ring(world, head, "Node.next"))


class QueuePrinter(_Printer):
    """Queue, LifoQueue and PriorityQueue: how many items and who waits; the items (of a LifoQueue the last comes next,
    of a PriorityQueue the first)."""

    def to_string(self):
        core = _base(self.value, "QueueCore")
        most = _size(core["maxsize_"])
        text = f"{self.kind}: {count(_size(core['stored_']), 'item')}" + (f" of at most {most}" if most else "")
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
        head, tail, capacity = (_size(store[name]) for name in ("head_", "tail_", "capacity_"))
        return [store["slots_"][i & (capacity - 1)] for i in range(head, tail)]


def _is_boxed(slot):
    return not bool(slot.type.strip_typedefs().template_argument(1))


class PermitsPrinter(_Printer):
    """Lock and Semaphore: what is free, who waits."""

    def to_string(self):
        permits = self.value["permits_"]
        free, waiting = _size(permits["free_"]), _waiting(permits["waiters_"])
        what = ("free" if free else "held") if self.kind == "eddy::Lock" else f"{count(free, 'permit')} free"
        return f"{self.kind}: {what}, {waiting} waiting"


class EventPrinter(_Printer):
    def to_string(self):
        is_set = "set" if self.value["set_"] else "not set"
        return f"{self.kind}: {is_set}, {_waiting(self.value['waiters_'])} waiting"


class StreamPrinter(_Printer):
    """Stream: what it stands on, what is buffered, whether somebody reads."""

    def to_string(self):
        address = _pointer(self.value["state_"])
        if not address:
            return f"{self.kind}: empty"
        try:
            return f"{self.kind}: {self._text(_object('eddy::detail::StreamState', address))}"
        except gdb.error:
            return f"{self.kind}: at {address:#x} (for more build eddy with -g, and with Clang -fstandalone-debug)"

    @staticmethod
    def _text(stream):
        transport = _pointer(stream["transport"])
        if not transport:
            return f"closed, was {stream['name']}"
        buffer = stream["buffer"]
        buffered = _size(buffer["end_"]) - _size(buffer["begin_"])
        reads = "one task reads" if int(stream["reader"]) else "nobody reads"
        return f"open on a {short_type(World().class_of(transport))}, {count(buffered, 'byte')} buffered, {reads}"


def _object(type_name, address):
    return gdb.Value(address).cast(gdb.lookup_type(type_name).pointer()).dereference()


class RingPrinter(_Printer):
    """The intrusive list: its elements' addresses."""

    def __init__(self, value):
        super().__init__(value)
        link = _LINKS.get(value.type.strip_typedefs().template_argument(0).name)
        self._items = list(ring(World(), int(value.address), link)) if link else []

    def to_string(self):
        return f"{self.kind}: {len(self._items)}"

    def display_hint(self):
        return "array"

    def children(self):
        world = World()
        for i, item in enumerate(self._items):
            yield f"[{i}]", f"{short_type(world.class_of(item))} at {item:#x}"


class NodeQueuePrinter(_Printer):
    """The ready queue: its nodes, first one first."""

    def to_string(self):
        return f"{self.kind}: {len(list(self._nodes(World())))}"

    def display_hint(self):
        return "array"

    def children(self):
        world = World()
        for i, node in enumerate(self._nodes(world)):
            yield f"[{i}]", f"{short_type(world.class_of(node))} at {node:#x}"

    def _nodes(self, world):
        node = int(self.value["head_"])
        while node:
            yield node
            node = world.word(node, "Node.next")


def _continuation(bits):
    world, target = World(), bits & ~7
    if not target:
        return "nobody"
    if bits & 1:
        return f"the {short_type(world.class_of(target))} at {target:#x}"
    return place(read_await(world, target))


class ContPrinter(_Printer):
    """Who goes on."""

    def to_string(self):
        return _continuation(int(self.value["bits_"]))


class StepPrinter(_Printer):
    """What the trampoline does next."""

    def to_string(self):
        bits = int(self.value["to_"]["bits_"])
        return ("unwind " if bits & 2 else "resume ") + _continuation(bits) if bits & ~7 else "nobody"


class DurationPrinter(_Printer):
    def to_string(self):
        return duration(_nanoseconds(self.value))


class TimePointPrinter(_Printer):
    """A point of the steady clock, which has no date."""

    def to_string(self):
        return f"steady_clock {duration(_nanoseconds(self.value['__d']))}"


def _nanoseconds(value):
    period = value.type.strip_typedefs().template_argument(1).strip_typedefs()
    numerator, denominator = (int(period.template_argument(i)) for i in (0, 1))
    count_ = value["__r"]
    ticks = float(count_) if count_.type.strip_typedefs().code == gdb.TYPE_CODE_FLT else int(count_)
    return ticks * numerator * 1_000_000_000 // denominator


_PRINTERS = (
    ("Task", r"^eddy::Task<.*>$", TaskPrinter),
    ("TaskHandle", r"^eddy::(TaskHandle<.*>|AnyTask)$", HandlePrinter),
    ("TaskState", r"^eddy::detail::(Coroutine|Call|Operation|KeptOperation)Task<.*>$", StatePrinter),
    ("Outcome", r"^eddy::Outcome<.*>$", OutcomePrinter),
    ("Queue", r"^eddy::(Lifo|Priority)?Queue<.*>$", QueuePrinter),
    ("Lock", r"^eddy::(Lock|Semaphore|BoundedSemaphore)$", PermitsPrinter),
    ("Event", r"^eddy::Event$", EventPrinter),
    ("Stream", r"^eddy::Stream$", StreamPrinter),
    ("Ring", r"^eddy::detail::Ring<.*>$", RingPrinter),
    ("NodeQueue", r"^eddy::detail::NodeQueue$", NodeQueuePrinter),
    ("Cont", r"^eddy::detail::Cont$", ContPrinter),
    ("Step", r"^eddy::detail::Step$", StepPrinter),
    ("Duration", r"^std::chrono::duration<.*>$", DurationPrinter),
    ("TimePoint", r"^std::chrono::time_point<std::chrono::(_V2::)?steady_clock,.*>$", TimePointPrinter),
)


def register():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("eddy")
    for name, pattern, printer in _PRINTERS:
        printers.add_printer(name, pattern, printer)
    gdb.printing.register_pretty_printer(None, printers, replace=True)
