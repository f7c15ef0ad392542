# SPDX-License-Identifier: MIT
"""How `print` shows eddy's types. Unlike the commands it needs the program's debug information (-g)."""
import gdb.printing

from eddy_gdb.printers import lists, stream, sync, tasks, times

_PRINTERS = (
    ("Task", r"^eddy::Task<.*>$", tasks.TaskPrinter),
    ("TaskHandle", r"^eddy::(TaskHandle<.*>|AnyTask)$", tasks.HandlePrinter),
    ("TaskState", r"^eddy::detail::(Coroutine|Call|Operation|KeptOperation)Task<.*>$", tasks.StatePrinter),
    ("Outcome", r"^eddy::Outcome<.*>$", tasks.OutcomePrinter),
    ("Queue", r"^eddy::(Lifo|Priority)?Queue<.*>$", sync.QueuePrinter),
    ("Lock", r"^eddy::(Lock|Semaphore|BoundedSemaphore)$", sync.PermitsPrinter),
    ("LockGuard", r"^eddy::(LockGuard|Permit)$", sync.HeldPrinter),
    ("Event", r"^eddy::Event$", sync.EventPrinter),
    ("Stream", r"^eddy::Stream$", stream.StreamPrinter),
    ("Ring", r"^eddy::detail::Ring<.*>$", lists.RingPrinter),
    ("NodeQueue", r"^eddy::detail::NodeQueue$", lists.NodeQueuePrinter),
    ("Cont", r"^eddy::detail::Cont$", tasks.ContPrinter),
    ("Step", r"^eddy::detail::Step$", tasks.StepPrinter),
    ("Duration", r"^std::chrono::duration<.*>$", times.DurationPrinter),
    ("TimePoint", r"^std::chrono::time_point<std::chrono::(_V2::)?steady_clock,.*>$", times.TimePointPrinter),
)


def register():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("eddy")
    for name, pattern, printer in _PRINTERS:
        printers.add_printer(name, pattern, printer)
    gdb.printing.register_pretty_printer(None, printers, replace=True)
