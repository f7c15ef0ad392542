# SPDX-License-Identifier: MIT
"""The memory of the process or core file. Reads only: nothing is ever called in the inferior."""
import re
import struct

import gdb

_PAGE = 4096
_EXCEPTION_HEADER = 112  # it begins with the type_info
_SYMBOL = re.compile(r"^(?P<name>.*?)(?: \+ (?P<offset>\d+))?(?: in section .*)?$")


class Memory:
    """A view of the selected inferior as it is now; make a new one for each command.

    Reading what is not there raises gdb.MemoryError."""

    def __init__(self):
        self._inferior = gdb.selected_inferior()
        self._pages = {}
        self._symbols = {}

    def _page(self, number):
        if number not in self._pages:
            try:
                self._pages[number] = bytes(self._inferior.read_memory(number * _PAGE, _PAGE))
            except gdb.MemoryError:
                self._pages[number] = None
        return self._pages[number]

    def bytes(self, address, count):
        offset = address % _PAGE
        page = self._page(address // _PAGE) if offset + count <= _PAGE else None
        if page is None:
            return bytes(self._inferior.read_memory(address, count))
        return page[offset:offset + count]

    def word(self, address):
        return struct.unpack("<Q", self.bytes(address, 8))[0]

    def signed(self, address):
        return struct.unpack("<q", self.bytes(address, 8))[0]

    def half(self, address):
        return struct.unpack("<I", self.bytes(address, 4))[0]

    def c_string(self, address, longest=4096):
        text = bytearray()
        while len(text) < longest:
            piece = self.bytes(address + len(text), _PAGE - (address + len(text)) % _PAGE)
            end = piece.find(b"\0")
            text += piece if end < 0 else piece[:end]
            if end >= 0:
                break
        return text.decode(errors="replace")

    def std_string(self, address, longest=4096):
        """libstdc++'s: where the letters are, how many."""
        size = min(self.word(address + 8), longest)
        return self.bytes(self.word(address), size).decode(errors="replace") if size else ""

    def symbol(self, address):
        """(name, offset) of the symbol that covers an address; ("", 0) for none."""
        if address not in self._symbols:
            text = gdb.execute(f"info symbol {address:#x}", to_string=True).strip()
            found = None if text.startswith("No symbol matches") else _SYMBOL.match(text)
            self._symbols[address] = (found["name"], int(found["offset"] or 0)) if found else ("", 0)
        return self._symbols[address]


def thrown_type(memory, exception):
    """The class of the exception in an exception_ptr, from its header: see __cxa_exception of the C++ ABI."""
    if not exception:
        return "none"
    name, _ = memory.symbol(memory.word(exception - _EXCEPTION_HEADER))
    return name.removeprefix("typeinfo for ").split("@")[0] or "of a class without a name"


def address_of(symbol):
    """The address of a function or variable, or None; debug information is not needed."""
    try:
        return int(gdb.parse_and_eval(f"(unsigned long)&'{symbol}'"))
    except gdb.error:
        return None
