# SPDX-License-Identifier: MIT
"""The intrusive lists: what is in them."""
from eddy_gdb.loops import World
from eddy_gdb.names import short_type
from eddy_gdb.printers.values import Printer
from eddy_gdb.strands import ring

_LINKS = {"eddy::detail::Op": "Node.next", "eddy::detail::Strand": "Strand.next",
          "eddy::detail::Detached": "Detached.next"}


class RingPrinter(Printer):
    """The intrusive list: its elements' addresses."""

    def __init__(self, value):
        super().__init__(value)
        link = _LINKS.get(self.value.type.strip_typedefs().template_argument(0).name)
        self._items = list(ring(World(), int(self.value.address), link)) if link else []

    def to_string(self):
        return f"{self.kind}: {len(self._items)}"

    def display_hint(self):
        return "array"

    def children(self):
        world = World()
        for i, item in enumerate(self._items):
            yield f"[{i}]", f"{short_type(world.class_of(item))} at {item:#x}"


class NodeQueuePrinter(Printer):
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
