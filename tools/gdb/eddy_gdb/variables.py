# SPDX-License-Identifier: MIT
"""The variables of a coroutine that waits: its frame on the heap, by the type that the compiler made for it."""
import re

import gdb

from eddy_gdb.awaits import coroutines_from, frame_of, read_await
from eddy_gdb.describe import place, title

_FRAMES = ("frame_ptr", "__coro_frame")  # GCC's, Clang's
_COMPILERS = re.compile(r"^(_Coro_|__|Is_\d|Fs_\d|Aw\d|Yd\d|T\d|D\.|_D\d|(struct|class)_|unnamed_type_"
                        r"|PointerType(_\d+)?$)")
_SCOPE = re.compile(r"(_\d+)+$")  # GCC numbers the scopes of variables


def variables(strand, number):
    """A heading, then a line for each variable and parameter of one await of a strand; 0 is the innermost."""
    world = strand.world
    promises = coroutines_from(world, world.word(strand.leaf, "Op.cont"))[0] if strand.leaf else []
    if number >= len(promises):
        raise gdb.GdbError(f"eddy: {title(strand)} has {len(promises)} awaits; `eddy bt` numbers them from 0. What "
                           "runs now has variables that gdb itself shows: info locals")
    yield f"#{number:<3} {place(read_await(world, promises[number]))}"
    frame = frame_of(promises[number])
    value = gdb.Value(frame).cast(_frame_type(world.memory.word(frame)).pointer()).dereference()
    for field in value.type.fields():
        if field.name and not _COMPILERS.match(field.name):
            yield f"{_SCOPE.sub('', field.name)} = {_text(value[field])}"


def _text(value):
    """A reference says where, too: that tells which tasks share an object."""
    text = value.format_string()
    is_reference = value.type.strip_typedefs().code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
    return f"@{int(value.referenced_value().address):#x}: {text}" if is_reference and text[0] != "@" else text


def _frame_type(code):
    """The type of the frame of a coroutine with this code: that of the variable in which the code keeps its frame."""
    block = gdb.block_for_pc(code)
    while block is not None:
        for symbol in block:
            if symbol.name in _FRAMES:
                type_ = symbol.type.strip_typedefs()
                return type_.target() if type_.code == gdb.TYPE_CODE_PTR else type_
        block = None if block.function else block.superblock
    raise gdb.GdbError("eddy: the compiler has not said what is in this frame: GCC does with -g, Clang with -g -O0")
