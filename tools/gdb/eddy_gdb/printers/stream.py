# SPDX-License-Identifier: MIT
"""Stream."""
import gdb

from eddy_gdb.describe import count
from eddy_gdb.loops import World
from eddy_gdb.names import short_type
from eddy_gdb.printers.values import Printer, number, pointer_in


class StreamPrinter(Printer):
    """Stream: what it stands on, what is buffered, whether somebody reads."""

    def to_string(self):
        address = pointer_in(self.value["state_"])
        if not address:
            return f"{self.kind}: empty"
        try:
            return f"{self.kind}: {self._text(_object('eddy::detail::StreamState', address))}"
        except gdb.error:
            return f"{self.kind}: at {address:#x} (for more build eddy itself with -g)"

    @staticmethod
    def _text(stream):
        transport = pointer_in(stream["transport"])
        if not transport:
            return f"closed, was {stream['name']}"
        buffer = stream["buffer"]
        buffered = number(buffer["end_"]) - number(buffer["begin_"])
        reads = "one task reads" if int(stream["reader"]) else "nobody reads"
        return f"open on a {short_type(World().class_of(transport))}, {count(buffered, 'byte')} buffered, {reads}"


def _object(type_name, address):
    return gdb.Value(address).cast(gdb.lookup_type(type_name).pointer()).dereference()
