# SPDX-License-Identifier: MIT
"""A peer: a folder with a peer.toml, built by one compiler and run on one backend where it lists several."""
import glob
import pathlib
import subprocess
import tomllib

import servers

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build"
LOAD = BUILD / "gcc-release" / "bench" / "peer_load"
SCALE = {"ns": 1e9, "us": 1e6, "ms": 1e3, "s": 1}  # what is not a time stays as it is
SECONDS_MAX = 300
BUILD_SECONDS_MAX = 1800


class Skipped(Exception):
    """Why a peer, or one scenario of it, is left out."""


class Sample(float):
    """What one round measured; `rate` is how often it was done in a second, where a server shows both."""

    def __new__(cls, value, rate=None):
        sample = super().__new__(cls, value)
        sample.rate = rate
        return sample


class Peer:
    def __init__(self, folder, description, variant="", backend=""):
        self.folder, self.description, self.variant, self.backend = folder, description, variant, backend
        self.family = folder.name
        self.name = " ".join(filter(None, (folder.name, variant, backend)))
        self.version, self.scenarios = "", []

    def prepare(self):
        """Builds the program, and asks it what it is."""
        for path in self.description.get("needs", []):
            if not glob.glob(path):
                raise Skipped(f"there is no {path}; see [peers] in deps/debian.txt")
        if "build" in self.description:
            self.call(self.description["build"], seconds_max=BUILD_SECONDS_MAX)
        lines = self.call(self.description["run"])
        self.version = next(value for key, value in lines if key == "version")
        self.scenarios = [value for key, value in lines if key == "scenario"]

    def can(self, scenario):
        """Backends differ in what they do with the network: the rest is run on the first."""
        first = self.description.get("backends", [""])[0]
        return scenario["runs"] in self.scenarios and ("load" in scenario or self.backend == first)

    def measure(self, scenario):
        """One round: a Sample in the scenario's unit."""
        if "load" in scenario:
            return self.measure_server(scenario)
        name, one_core = scenario["runs"], scenario.get("one_core", False)
        [[answered, _, value]] = self.call(self.description["run"], name, one_core=one_core)
        assert answered == name, answered
        return Sample(float(value) * SCALE.get(scenario["unit"], 1))

    def measure_server(self, scenario):
        server = self.filled_in([*self.description["run"], scenario["runs"]])
        try:
            said = servers.measure(server, self.folder, LOAD, scenario["load"])
        except (OSError, subprocess.TimeoutExpired, servers.Failed) as error:
            raise Skipped(str(error)) from error
        value = said["cpu"] if "cpu" in said else said["memory"]
        return Sample(value * SCALE.get(scenario["unit"], 1), said.get("rate"))

    def label(self, scenario):
        """Its name in a table: of backends only where there are several of it."""
        return self.name if "load" in scenario else " ".join(filter(None, (self.family, self.variant)))

    def differs(self, scenario):
        """Footnotes: what it does in another way than the others."""
        return [d["by"] for d in self.description.get("differs", []) if scenario["runs"] in d["in"]]

    def call(self, command, *arguments, seconds_max=SECONDS_MAX, one_core=False):
        """The lines that the command printed, each split at its tabs."""
        command = ["taskset", "-c", "0"] * one_core + self.filled_in(command)
        try:
            done = subprocess.run([*command, *arguments], cwd=self.folder, capture_output=True, text=True,
                                  timeout=seconds_max)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Skipped(str(error)) from error
        if done.returncode:
            raise Skipped(f"{' '.join(command)} ended with {done.returncode}\n{(done.stdout + done.stderr).strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def filled_in(self, command):
        return [part.format(build=BUILD, variant=self.variant, backend=self.backend) for part in command]


def all_peers():
    """eddy first and beside it what it is measured against on the network, then by name."""
    files = sorted(HERE.glob("*/peer.toml"), key=lambda file: (file.parent.name not in ("eddy", "raw"), file))
    described = [(file.parent, tomllib.loads(file.read_text())) for file in files]
    return [Peer(folder, text, variant, backend) for folder, text in described
            for variant in text.get("variants", [""]) for backend in text.get("backends", [""])]
