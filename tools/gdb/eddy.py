# SPDX-License-Identifier: MIT
"""gdb's view of eddy: `source .../eddy.py`, or a line with that in ~/.gdbinit; then `help eddy`."""
import importlib
import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
if _FOLDER not in sys.path:
    sys.path.insert(0, _FOLDER)
for _name in [name for name in sys.modules if name.split(".")[0] == "eddy_gdb"]:
    del sys.modules[_name]  # sourced again: the files may have changed
importlib.import_module("eddy_gdb").register()
