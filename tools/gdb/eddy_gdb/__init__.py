# SPDX-License-Identifier: MIT
"""What gdb knows about eddy.

    names       what compilers call functions and types -> what their authors called them
    memory      words, strings and symbols of the process or core file; never calls into it
    layout      where things are, from the table that the program itself carries
    strands     tasks and branches: names, states, what they wait at, children
    awaits      chains of awaits: who goes on after whom
    loops       the loops of the process, their threads, their timers
    native      the stack of the thread that runs a task
    describe    strands and awaits in words
    back_trace  `eddy bt`
    variables   `eddy locals`
    report      what the other commands print
    select      which task is meant
    commands    `eddy tasks` and the others
    printers/   how `print` shows eddy's types

Only `printers` and `variables` look at types; the rest works on release builds and their core files."""


def register():
    """Adds the commands and the printers to this gdb. May be called again."""
    from eddy_gdb import commands, printers
    commands.register()
    printers.register()
