# SPDX-License-Identifier: MIT
"""Where things are: eddy/core/detail/listed_loop.h, as the program was built."""
import struct

import gdb

from eddy_gdb.memory import address_of

_ENTRY = struct.Struct("<28sI")
_ENTRIES_MAX = 500


def find_root():
    """The address of eddy's DebugRoot; a GdbError that says what to do when there is none."""
    if not gdb.selected_inferior().pid:
        raise gdb.GdbError("eddy: there is no process to look into: `run` the program, `attach` to one, or open a "
                           "core file with `gdb PROGRAM CORE`")
    root = address_of("eddy::detail::debug_root")
    if root is None:
        raise gdb.GdbError("eddy: no eddy in this program that gdb can see. If it was stripped, load the file with its "
                           "symbols: symbol-file FILE. If gdb was started without the program: file PROGRAM")
    return root


def read_layout(memory, table):
    """{name: bytes from the beginning, or a flag's value}."""
    layout = {}
    for i in range(_ENTRIES_MAX):
        name, value = _ENTRY.unpack(memory.bytes(table + i * _ENTRY.size, _ENTRY.size))
        if not name.rstrip(b"\0"):
            return Layout(layout)
        layout[name.rstrip(b"\0").decode()] = value
    raise gdb.GdbError("eddy: the table that says where things are has no end: do program and core file belong "
                       "together?")


class Layout(dict):
    """Tells what to do about a program whose eddy is older or newer than these files."""

    def __missing__(self, name):
        raise gdb.GdbError(f"eddy: this program's eddy does not say where {name} is: it is of another version; source "
                           "the eddy.py that was installed with it")
