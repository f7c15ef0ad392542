# SPDX-License-Identifier: MIT
"""Strands, operations and awaits in words."""
from eddy_gdb.memory import thrown_type
from eddy_gdb.names import from_now
from eddy_gdb.strands import READY, STOPPED, Strand

_SLEEPS = ("Sleep", "SleepUntil")


def title(strand):
    return f"task '{strand.name}'" if strand.is_task else "branch"


def place(await_):
    return f"{await_.function} at {await_.file}:{await_.line}"


def state(strand, with_details=True):
    """"waits for Get", "runs", "has not started", …; in detail: also of which task, and until when."""
    asked_to_end = strand.cancelled and not strand.has("kEnded")
    return _state(strand, with_details) + (" (cancelled)" if asked_to_end else "")


def _state(strand, with_details):
    if strand.leaf:
        return _waiting(strand, with_details)
    if strand.is_task and strand.has("kDone"):
        return _end(strand)
    if strand.is_task and strand.has("kDraining"):
        return "waits for its abandoned children"
    if strand.is_task and strand.has("kHeld"):
        return "waits for its turn in its group"
    return "runs" if strand.has("kStarted") else "has not started"


def _end(strand):
    if strand.has("kWasCancelled"):
        return "was cancelled"
    if not strand.has("kHasError"):
        return "is done"
    return f"failed: {thrown_type(strand.world.memory, strand.world.word(strand.address, 'Strand.leaf'))}"


def _waiting(strand, with_details):
    what = strand.leaf_type + (_joined(strand) if with_details else "")
    if strand.leaf_state == READY:
        return f"is about to go on after {what}"
    if strand.leaf_state == STOPPED:
        return f"is about to end: {what} was cancelled"
    return f"waits for {what}{_due(strand) if with_details else ''}"


def _joined(strand):
    """Of an operation that waits for the end of a task: which task."""
    if strand.leaf_type != "Join":
        return ""
    task = strand.world.word(strand.leaf, "JoinBase.task")
    return f" of {title(Strand(strand.world, task))}" if task else ""


def _due(strand):
    if strand.leaf_type not in _SLEEPS or strand.loop is None:
        return ""
    return f" (due {from_now(strand.loop.due(strand.leaf))})"


def count(number, one, many=None):
    return f"{number} {one if number == 1 else many or one + 's'}"
