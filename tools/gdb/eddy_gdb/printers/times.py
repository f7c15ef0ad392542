# SPDX-License-Identifier: MIT
"""Durations and points in time, where libstdc++ has no printers for them."""
import gdb

from eddy_gdb.names import duration
from eddy_gdb.printers.values import Printer


class DurationPrinter(Printer):
    def to_string(self):
        return duration(_nanoseconds(self.value))


class TimePointPrinter(Printer):
    """A point of the steady clock, which has no date."""

    def to_string(self):
        return f"steady_clock {duration(_nanoseconds(self.value['__d']))}"


def _nanoseconds(value):
    period = value.type.strip_typedefs().template_argument(1).strip_typedefs()
    numerator, denominator = (int(period.template_argument(i)) for i in (0, 1))
    count_ = value["__r"]
    ticks = float(count_) if count_.type.strip_typedefs().code == gdb.TYPE_CODE_FLT else int(count_)
    return ticks * numerator * 1_000_000_000 // denominator
