# SPDX-License-Identifier: MIT
"""Which task is meant."""
import gdb

_SHOWN_MAX = 8


def find(world, text):
    """The strand with this number, address or name, or the only one whose name contains it; else a GdbError."""
    strands = world.strands()
    for matches in (_by_number, _by_name, _by_part):
        found = [strand for strand in strands if matches(strand, text.strip("'\""))]
        if len(found) == 1:
            return found[0]
        if found:
            raise gdb.GdbError(f"eddy: {len(found)} tasks match '{text}': take one by its number: {_list(found)}")
    raise gdb.GdbError(f"eddy: no task '{text}' among {len(strands)}: `eddy tasks` shows their numbers and names. One "
                       "that is done is not shown")


def _by_number(strand, text):
    try:
        return int(text, 0) in (strand.number, strand.address)
    except ValueError:
        return False


def _by_name(strand, text):
    return strand.is_task and strand.name == text


def _by_part(strand, text):
    return strand.is_task and text in strand.name


def _list(strands):
    shown = ", ".join(f"{strand.number} '{strand.name}'" for strand in strands[:_SHOWN_MAX])
    return shown + (", ..." if len(strands) > _SHOWN_MAX else "")
