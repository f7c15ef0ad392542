# SPDX-License-Identifier: MIT
"""The programs of ../python on another loop."""
import pathlib
import platform
import sys

import uvloop

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import core
import echo

SCENARIOS = {**core.SCENARIOS, **echo.SCENARIOS}


def main(name=None):
    if name is None:
        print("version", f"uvloop {uvloop.__version__}, Python {platform.python_version()}", sep="\t")
        for name in SCENARIOS:
            print("scenario", name, sep="\t")
    elif name in SCENARIOS:
        uvloop.install()
        print(name, "s", SCENARIOS[name](), sep="\t")
    else:
        sys.exit(f"main.py: no scenario '{name}'")


if __name__ == "__main__":
    main(*sys.argv[1:])
