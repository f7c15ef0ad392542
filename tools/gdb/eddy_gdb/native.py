# SPDX-License-Identifier: MIT
"""The stack of the thread that runs a task, down to the loop, and which coroutine it is in.

A coroutine that runs does not know where it is, and nothing points to its frame but the registers and the stack of its
thread. So these are searched for it: a coroutine's frame begins with a pointer to the coroutine's own code."""
import os

import gdb

from eddy_gdb import names
from eddy_gdb.awaits import coroutines_from, promise_of

_LONGEST = 500  # native frames
_STACK_MAX = 1 << 20  # bytes of one frame that are searched
_LOOP = ("eddy::detail::drive", "eddy::Loop::", "eddy::detail::Call::run")


class NativeFrame:
    """A frame above the loop's, and the symbol of the code it runs."""

    def __init__(self, world, frame):
        self.frame = frame
        self._symbol = world.memory.symbol(frame.pc() if frame.level() == 0 else frame.pc() - 1)[0]

    @property
    def is_inlined(self):
        return self.frame.type() == gdb.INLINE_FRAME

    @property
    def is_loop(self):
        return not self.is_inlined and self._symbol.startswith(_LOOP)

    @property
    def is_coroutine(self):
        return not self.is_inlined and names.is_of_coroutine(self._symbol)

    @property
    def body(self):
        return names.without_clones(self._symbol)

    def text(self):
        name = self.frame.name() if self.is_inlined else self._symbol or self.frame.name()
        name = names.short_function(name) if name else f"{self.frame.pc():#x}"
        line = self.frame.find_sal()
        if line.symtab:
            return f"{name} at {line.symtab.filename}:{line.line}"
        return f"{name} from {os.path.basename(gdb.solib_name(self.frame.pc()) or 'the program')}"


def native_frames(world):
    """The selected thread's frames from the newest to the loop."""
    frame = gdb.newest_frame()
    for _ in range(_LONGEST):
        if frame is None:
            return
        native = NativeFrame(world, frame)
        if native.is_loop:
            return
        yield native
        frame = frame.older()


def find_coroutine(world, frames, strand):
    """(how many of the frames are above the coroutine that runs and its own, its promise and those of its awaiters);
    (all of them, none) when it was not found."""
    for number, native in enumerate(frames, 1):
        promises = _running_coroutines(world, native, strand) if native.is_coroutine else []
        if promises:
            return number, promises
    return len(frames), []


def _running_coroutines(world, native, strand):
    """The promises from the coroutine in a native frame on, innermost first; empty when it has none that awaits on
    behalf of the strand: its frame was not found, or it has ended."""
    chains = [chain for chain in _chains(world, native) if chain[1] == strand.address]
    return max((promises for promises, _ in chains), key=len, default=[])


def _chains(world, native):
    seen = set()
    for value in _values(world, native.frame):
        if value not in seen and _begins_with(world, value, native.body):
            yield coroutines_from(world, promise_of(value))
        seen.add(value)


def _begins_with(world, frame, body):
    """Whether a coroutine's frame is at an address, and its code is `body`."""
    if frame % 8 or not frame:
        return False
    try:
        symbol, offset = world.memory.symbol(world.memory.word(frame))
    except gdb.MemoryError:
        return False
    return offset == 0 and names.is_coroutine_body(symbol) and names.without_clones(symbol) == body


def _values(world, frame):
    """What is in a frame's registers and on its stack."""
    yield from _registers(frame)
    pointer = int(frame.read_register("sp")) & 0xFFFF_FFFF_FFFF_FFFF
    for address in range(pointer, _end(frame, pointer), 8):
        try:
            yield world.memory.word(address)
        except gdb.MemoryError:
            return


def _registers(frame):
    for register in frame.architecture().registers("general"):
        try:
            yield int(frame.read_register(register.name)) & 0xFFFF_FFFF_FFFF_FFFF
        except (gdb.error, ValueError):
            continue  # not saved, or no number


def _end(frame, pointer):
    while frame.older() is not None and frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    older = frame.older()
    end = int(older.read_register("sp")) & 0xFFFF_FFFF_FFFF_FFFF if older else pointer + 4096
    return min(end, pointer + _STACK_MAX)
