# SPDX-License-Identifier: MIT
"""What the printers share: a printer, and ways into a value."""
import re

import gdb

from eddy_gdb.memory import Memory
from eddy_gdb.names import short_type

_STRING = re.compile(
    r"std::(?:__cxx11::)?basic_string<char, std::char_traits<char>, std::allocator<char> ?>(?: (?=>))?")


class Printer:
    """One value; `to_string` says what it is."""

    def __init__(self, value):
        is_reference = value.type.strip_typedefs().code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
        self.value = value.referenced_value() if is_reference else value

    @property
    def kind(self):
        name = self.value.type.strip_typedefs().unqualified().name
        return _STRING.sub("std::string", name).replace(", eddy::detail::Smaller", "")


def pointer_in(value):
    """The address in a pointer, or in a class that is nothing but one: Owned, std::unique_ptr, Ring, exception_ptr."""
    return Memory().word(int(value.address)) if value.address is not None else int(value)


def number(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def base_of(value, name):
    """`value` as its base class of this name, however far up."""
    for field in value.type.strip_typedefs().fields():
        if field.is_base_class:
            if short_type(field.type.strip_typedefs().name) == name:
                return value.cast(field.type)
            found = base_of(value.cast(field.type), name)
            if found is not None:
                return found
    return None
