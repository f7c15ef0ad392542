# SPDX-License-Identifier: MIT
"""The commands. They read memory and call nothing, so they work on core files and disturb no process."""
import gdb

from eddy_gdb import report
from eddy_gdb.back_trace import back_trace, running_on_selected_thread
from eddy_gdb.loops import World
from eddy_gdb.select import find
from eddy_gdb.variables import variables


class _Eddy(gdb.Command):
    """Look at the tasks of an eddy program: a process or a core file.

eddy tasks [TEXT]   every task, what it waits for and where
eddy summary        how many tasks wait for what, and where
eddy bt [TASK]      the awaits of a task, innermost first
eddy task TASK      everything about one task
eddy locals TASK [N]  the variables of its Nth await
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


def _found(world, command, text):
    if not text:
        raise gdb.GdbError(f"eddy {command}: which task? Its number in `eddy tasks`, its name, or its address")
    return find(world, text)


class _Tasks(_Command):
    """Show every task of every loop, what it waits for and where.

Usage: eddy tasks [TEXT]

Where: file and line of the innermost await. Children stand below their parents, indented; a branch is one of a
gather's, and has no name. With TEXT, only the tasks whose name contains it. Times count from when the loop last looked
at its clock."""
    name = "tasks"

    def lines(self, world, argument):
        return report.tasks(world, argument)


class _Summary(_Command):
    """Show how many tasks wait for the same thing at the same place.

Usage: eddy summary

Most first; branches of gathers count, too."""
    name = "summary"

    def lines(self, world, argument):
        return report.summary(world)


class _Bt(_Command):
    """Show the asynchronous back trace of a task.

Usage: eddy bt [TASK]

Every await from where the task is to the task, innermost first. Of a task that runs, the frames of its thread come
first. Without TASK: the task that the selected thread runs."""
    name = "bt"

    def lines(self, world, argument):
        world.strands()  # gives numbers
        return back_trace(find(world, argument) if argument else running_on_selected_thread(world))


class _Task(_Command):
    """Show everything about one task.

Usage: eddy task TASK

Among it what it waits at, its awaits and its children. TASK is its number in `eddy tasks`, its name or a part of it,
or its address."""
    name = "task"

    def lines(self, world, argument):
        return report.details(_found(world, "task", argument))


class _Locals(_Command):
    """Show the variables and parameters of a coroutine that waits.

Usage: eddy locals TASK [NUMBER]

NUMBER is that of the await in `eddy bt TASK`, 0 if left out. Variables that are not initialised yet, or gone already,
are shown, too. For programs that were compiled with -g by GCC, or with -g -O0 by Clang."""
    name = "locals"

    def lines(self, world, argument):
        task, _, number = argument.rpartition(" ")
        if not (task and number.isdigit()):
            task, number = argument, "0"
        return variables(_found(world, "locals", task), int(number))


class _Loops(_Command):
    """Show every loop of the process.

Usage: eddy loops

Its thread, what it runs, how much is ready, its timers."""
    name = "loops"

    def lines(self, world, argument):
        return report.loops(world)


class _Timers(_Command):
    """Show what is armed on every loop, soonest first, and who waits for it.

Usage: eddy timers

Times count from when the loop last looked at its clock: the beginning of its turn."""
    name = "timers"

    def lines(self, world, argument):
        return report.timers(world)


def register():
    for command in (_Eddy, _Tasks, _Summary, _Bt, _Task, _Locals, _Loops, _Timers):
        command()
