# SPDX-License-Identifier: MIT
"""The scenarios of scenarios.toml, and which of them are wanted."""
import pathlib
import tomllib

FILE = pathlib.Path(__file__).resolve().parent / "scenarios.toml"


def all_scenarios():
    return {name: {"runs": name, **text} for name, text in tomllib.loads(FILE.read_text()).items()}


def wanted(scenarios, part, with_slow=True):
    """An area's scenarios, or those whose name contains `part`."""
    every = {name: text for name, text in scenarios.items() if with_slow or not text.get("slow")}
    area = {name: text for name, text in every.items() if part in text["area"].split()}
    return area or {name: text for name, text in every.items() if part in name}
