# SPDX-License-Identifier: MIT
import platform
import sys

import core
import echo
import threads

SCENARIOS = {**core.SCENARIOS, **threads.SCENARIOS, **echo.SCENARIOS}


def main(name=None):
    if name is None:
        print("version", f"Python {platform.python_version()}", sep="\t")
        for name in SCENARIOS:
            print("scenario", name, sep="\t")
    elif name in SCENARIOS:
        print(name, "s", SCENARIOS[name](), sep="\t")
    else:
        sys.exit(f"main.py: no scenario '{name}'")


if __name__ == "__main__":
    main(*sys.argv[1:])
