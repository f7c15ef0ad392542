# SPDX-License-Identifier: MIT
"""What a run was made on: without it, no figure means anything."""
import datetime
import os
import pathlib
import platform
import subprocess


def facts(rounds):
    return {"date": datetime.date.today().isoformat(), "processor": processor(), "cores": os.cpu_count(),
            "memory": f"{memory_gib():.0f} GiB", "kernel": f"Linux {platform.release()}", "distribution": distribution(),
            "commit": commit(), "rounds": rounds, "load": " ".join(f"{load:.1f}" for load in os.getloadavg())}


def commit():
    """Which source was measured; `+` where it had changes besides."""
    here = pathlib.Path(__file__).parent
    said = subprocess.run(["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=here, capture_output=True, text=True)
    return said.stdout.strip() or "unknown"


def processor():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return models[0] if models else platform.machine()


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def distribution():
    return platform.freedesktop_os_release().get("PRETTY_NAME", "")
