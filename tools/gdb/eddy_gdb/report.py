# SPDX-License-Identifier: MIT
"""What the commands print, as lines."""
from collections import Counter

from eddy_gdb.awaits import awaits_of, innermost_await
from eddy_gdb.describe import count, place, state, title
from eddy_gdb.loops import strand_at
from eddy_gdb.names import from_now, short_type


def tasks(world, wanted=""):
    """A line for each loop, each task and each branch; children are indented."""
    strands = world.strands()
    for loop in world.loops():
        mine = [strand for strand in strands if strand.loop is loop]
        yield _heading(loop, mine)
        yield from (_line(strand) for strand in mine if wanted in strand.name)


def _line(strand):
    return f"{strand.number:4}  {'    ' * strand.depth}{title(strand)} {state(strand)}{_in(strand)}"


def _in(strand):
    where = innermost_await(strand.world, strand.leaf) if strand.leaf else None
    return f", in {place(where)}" if where else ""


def summary(world):
    """How many are in the same state at the same place, most first."""
    counts = Counter(state(strand, with_details=False) + _in(strand) for strand in world.strands())
    yield from (f"{number:8}  {what}" for what, number in counts.most_common())


def _heading(loop, strands):
    tasks_here = sum(strand.is_task for strand in strands)
    return f"loop {loop.number}, {_thread(loop)}: {count(tasks_here, 'task')}"


def _thread(loop):
    thread = loop.thread()
    if thread is not None:
        return f"thread {thread.num}" + (f" ({thread.name})" if thread.name else "")
    return "closed" if loop.closed else "run by no thread now"


def loops(world):
    """For each loop: its thread, what it runs, how much is ready, its timers."""
    for loop in world.loops():
        yield _heading(loop, list(loop.strands()))
        yield f"      at {loop.address:#x}, {_doing(loop)}"
        yield f"      {count(loop.ready(), 'entry', 'entries')} ready, {_timers(loop)}"
        if loop.outside_work:
            yield f"      {count(loop.outside_work, 'call')} at work on other threads"


def _doing(loop):
    running = loop.running()
    if running:
        return f"runs {title(running.task or running)}"
    return "runs no task at the moment" if loop.entered else "not running"


def _timers(loop):
    timers = loop.timers()
    return count(len(timers), "timer") + (f", the next due {from_now(timers[0].due)}" if timers else "")


def timers(world):
    """For each loop: what is armed, soonest first, and who waits for it."""
    for loop in world.loops():
        armed = loop.timers()
        yield f"loop {loop.number}, {_thread(loop)}: {count(len(armed), 'timer')}"
        yield from (f"      {from_now(timer.due):<14} {_timer(world, timer)}" for timer in armed)


def _timer(world, timer):
    kind = short_type(world.class_of(timer.address))
    strand = strand_at(world, timer.address)
    if strand is None:
        return kind
    where = innermost_await(world, timer.address)
    return f"{kind} of {title(strand.task or strand)}" + (f", in {place(where)}" if where else "")


def details(strand):
    """Everything about one task."""
    yield f"{title(strand)} {state(strand)}"
    yield f"  number {strand.number}, at {strand.address:#x}, of loop {strand.loop.number}, {_thread(strand.loop)}"
    if strand.parent:
        yield f"  started by {title(strand.parent.task or strand.parent)}"
    if strand.cancel_reason:
        yield f"  cancelled because: {strand.cancel_reason}"
    if strand.is_task:
        yield f"  {count(strand.references, 'reference')}, state is {strand.type_name}"
    if strand.leaf:
        yield f"  waits at {strand.world.class_of(strand.leaf)} at {strand.leaf:#x}{_thing(strand)}"
    yield from (f"  in {place(await_)}" for await_ in awaits_of(strand))
    for kid in strand.kids():
        yield f"  child: {'    ' * (kid.depth - strand.depth - 1)}{title(kid)} {state(kid)}"


def _thing(strand):
    """Which lock, queue or event it waits at, and who else does."""
    thing = strand.thing
    if not thing:
        return ""
    others = [title(other) for other in strand.world.strands() if other.thing == thing and other != strand]
    also = f", as {'does' if len(others) == 1 else 'do'} {', '.join(others)}" if others else ""
    return f"\n  for the object at {thing:#x}{also}"
