# SPDX-License-Identifier: MIT
"""The scenarios of one loop, which ../uvloop runs too."""
import core_await
import core_cancel
import core_forks
import core_spawn
import core_sync
import core_time

FILES = (core_spawn, core_await, core_time, core_cancel, core_sync, core_forks)
SCENARIOS = {name: function for file in FILES for name, function in file.SCENARIOS.items()}
