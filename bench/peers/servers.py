# SPDX-License-Identifier: MIT
"""Network scenarios: a peer's server on one core, the load generator on the other."""
import contextlib
import os
import resource
import subprocess

SERVER_CORE, LOAD_CORE = "0", "1"
SECONDS = "0.5"  # that count; a fifth more warms up
SECONDS_MAX = 60


class Failed(Exception):
    pass


def measure(server, folder, program, load):
    """What the load generator said of the server that the command `server` starts in `folder`: {"cpu": seconds, ...}."""
    with running(server, folder) as (process, port):
        command = [program, "busy" if "bytes" in load else "idle", port, process.pid, load["connections"]]
        if "bytes" in load:
            command += [load["bytes"], SECONDS]
        return {name: float(value) for name, _, value in call(pinned(LOAD_CORE, map(str, command)))}


@contextlib.contextmanager
def running(command, folder):
    """The server's process, and the port it listens at. Ended by its own id, whatever happens."""
    process = subprocess.Popen(pinned(SERVER_CORE, command), cwd=folder, stdout=subprocess.PIPE, text=True,
                               preexec_fn=allow_many_descriptors)
    try:
        said = process.stdout.readline().split()
        if len(said) != 2 or said[0] != "port":
            raise Failed(f"{' '.join(command)} did not say its port, but: {said}")
        yield process, said[1]
    finally:
        process.kill()
        process.communicate()


def allow_many_descriptors():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def call(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def pinned(core, command):
    return ["taskset", "-c", core if os.cpu_count() > 1 else SERVER_CORE, *command]
