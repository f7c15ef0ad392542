# SPDX-License-Identifier: MIT
"""What this process used until now, as the kernel says."""
import os
import resource


def resident_bytes():
    """Without what is mapped from files, such as code."""
    with open("/proc/self/statm") as file:
        _, resident, files, *_ = map(int, file.read().split())
        return (resident - files) * os.sysconf("SC_PAGESIZE")


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
