# SPDX-License-Identifier: MIT
"""The commands. They read memory and call nothing, so they work on core files and disturb no process."""
import gdb

from eddy_gdb import report
from eddy_gdb.back_trace import back_trace, running_on_selected_thread
from eddy_gdb.loops import World
from eddy_gdb.select import find


class _Eddy(gdb.Command):
    """Look at the tasks of an eddy program: a process or a core file.

eddy tasks [TEXT]   every task, what it waits for and where
eddy summary        how many tasks wait for what, and where
eddy bt [TASK]      the awaits of a task, innermost first
eddy task TASK      everything about one task
eddy loops          the loops and their threads
eddy timers         what is armed, and when it is due

A TASK is its number in `eddy tasks`, its name or a part of it, or its address."""

    def __init__(self):
        super().__init__("eddy", gdb.COMMAND_STACK, prefix=True)


class _Command(gdb.Command):
    """Prints the lines of a report; what is wrong with the process becomes one line, too."""

    def __init__(self):
        super().__init__("eddy " + self.name, gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        try:
            for line in self.lines(_world(), argument.strip()):
                print(line)
        except gdb.MemoryError as error:
            raise gdb.GdbError(f"eddy: {error}: the memory is damaged, or the core file is incomplete or not of this "
                               "program") from error
        except gdb.error as error:
            raise gdb.GdbError(f"eddy: {error}") from error


def _world():
    world = World()
    if not world.loops():
        raise gdb.GdbError("eddy: there is no loop in this process: none has been made yet, or all are gone")
    return world


class _Tasks(_Command):
    """eddy tasks [TEXT]: every task of every loop, what it waits for, and where: file and line of the innermost await.

Children stand below their parents, indented; a branch is one of a gather's, and has no name. With TEXT, only the tasks
whose name contains it. Times count from when the loop last looked at its clock."""
    name = "tasks"

    def lines(self, world, argument):
        return report.tasks(world, argument)


class _Summary(_Command):
    """eddy summary: how many tasks and branches wait for the same thing at the same place, most first."""
    name = "summary"

    def lines(self, world, argument):
        return report.summary(world)


class _Bt(_Command):
    """eddy bt [TASK]: the asynchronous back trace: every await from where the task is down to the task, innermost first.

Of a task that runs, the frames of its thread come first. Without TASK: the task that the selected thread runs."""
    name = "bt"

    def lines(self, world, argument):
        world.strands()  # gives numbers
        return back_trace(find(world, argument) if argument else running_on_selected_thread(world))


class _Task(_Command):
    """eddy task TASK: everything about one task."""
    name = "task"

    def lines(self, world, argument):
        if not argument:
            raise gdb.GdbError("eddy task: which? Its number in `eddy tasks`, its name, or its address")
        return report.details(find(world, argument))


class _Loops(_Command):
    """eddy loops: every loop of the process: its thread, what it runs, how much is ready, its timers."""
    name = "loops"

    def lines(self, world, argument):
        return report.loops(world)


class _Timers(_Command):
    """eddy timers: what is armed on every loop, soonest first, and who waits for it.

Times count from when the loop last looked at its clock: the beginning of its turn."""
    name = "timers"

    def lines(self, world, argument):
        return report.timers(world)


def register():
    for command in (_Eddy, _Tasks, _Summary, _Bt, _Task, _Loops, _Timers):
        command()
