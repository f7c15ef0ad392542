# SPDX-License-Identifier: MIT
"""`eddy bt`: from where a task is to the task, through every await."""
import gdb

from eddy_gdb import native
from eddy_gdb.awaits import awaits_of, read_await
from eddy_gdb.describe import place, state, title
from eddy_gdb.loops import OnThread


def back_trace(strand):
    """A heading, then numbered places, innermost first; of a branch also those of the task that gathers."""
    yield f"{title(strand)} {state(strand)}"
    number = 0
    while strand:
        for text in _places(strand):
            yield f"#{number:<3} {text}"
            number += 1
        if strand.is_task:
            return
        strand = strand.parent
        if strand:
            yield f"     a branch of what {title(strand)} awaits"


def _places(strand):
    thread = strand.loop.thread() if strand.loop else None
    if strand.runs and thread:
        with OnThread(thread):
            return _running_places(strand)
    return [place(await_) for await_ in awaits_of(strand)]


def _running_places(strand):
    frames = list(native.native_frames(strand.world))
    number, promises = native.find_coroutine(strand.world, frames, strand)
    places = [frame.text() for frame in frames[:number]]
    if not promises and any(frame.is_coroutine for frame in frames):
        places.append("(who awaits this was not found: its frame is in no register and not on the stack)")
    return places + [place(read_await(strand.world, promise)) for promise in promises[1:]]


def running_on_selected_thread(world):
    """The strand that the selected thread runs; a GdbError when it runs none."""
    selected = gdb.selected_thread()
    for loop in world.loops():
        thread = loop.thread()
        if thread is None or selected is None or thread.num != selected.num:
            continue
        running = loop.running()
        if running:
            return running
        raise gdb.GdbError(f"eddy: thread {thread.num} runs a loop, but no task at the moment; say which you mean: "
                           "eddy bt TASK (its number in `eddy tasks`, its name, or its address)")
    raise gdb.GdbError("eddy: the selected thread runs no loop; `eddy loops` shows which do, `thread N` selects one, "
                       "and `eddy bt TASK` shows any task")
