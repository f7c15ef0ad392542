#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gdb_test.py PROGRAM [--locals] [--write]: runs gdb with eddy.py on PROGRAM (program.cpp) and compares what the
commands print with the files beside this one. --locals: its compiler tells what is in the frames of coroutines.
--write writes these files instead.

  stopped   at a breakpoint in a task that runs
  later     at breakpoints that follow: back in who awaited, and in a branch
  core      from a core file: must print the same as stopped
  locals    from a core file, too
  attached  a process that sleeps
  mistakes  what the messages say when something is missing

Exits with 77, which is "skipped", where there is no gdb that speaks Python or may trace processes."""
import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GDB = ["gdb", "-nx", "-q", "-batch", "-ex", "set debuginfod enabled off", "-ex", "set confirm off"]
LOOK = ["eddy tasks", "eddy tasks first", "eddy bt", "eddy bt second", "eddy bt 12", "eddy task family",
        "eddy task waiter", "eddy loops", "eddy timers", "eddy summary"]
PRINT = ["set print pretty on", "print *all", "print all->loop->ready_", "print all->go.waiters_.ring_",
         "print all->loop->root_.kids", "print all->unstarted.promise_->parent", "set print object on",
         "print *all->any.state_"]
LOCALS = ["eddy locals holder", "eddy locals waiter", "eddy locals iterator 9", "eddy locals busy"]
GO_ON = ["continue", "continue", "eddy bt", "continue", "eddy bt busy", "eddy bt", "eddy timers",
         "continue", "eddy bt"]
MISTAKES = ["eddy bt nobody", "eddy bt er", "eddy task", "eddy bt"]
NORMAL = (
    (r"0x[0-9a-f]+", "0x…"),
    (r"\S*/tools/gdb/test/|tools/gdb/test/", ""),
    (r"(thread \d+) \([^)]*\)", r"\1"),
    (r"\d[\d.]* (ns|us|ms|s|min|h)\b(?=\)|$| +[A-Z])", "…"),
    (r"…  +", "…  "),
)


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(77)


def check_gdb():
    if not shutil.which("gdb"):
        skip("there is no gdb: apt-get install gdb")
    try:
        asked = subprocess.run([*GDB, "-ex", "python print('yes')"], capture_output=True, text=True, timeout=60)
    except OSError as error:
        skip(f"gdb does not start: {error}")
    if "yes" not in asked.stdout:
        skip("this gdb was built without Python")


def gdb(arguments, commands):
    """What each command prints: [(command, text)]. Commands that fail do not end the session."""
    steps = ["source " + str(HERE.parent / "eddy.py")] * 2  # twice does no harm
    for command in commands:
        steps.append(f"echo \\n@@@ {command}\\n")
        steps.append(command)
    script = [part for step in steps for part in ("-ex", step)]
    run = subprocess.run([*GDB, *script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         timeout=120)
    if re.search(r"ptrace: Operation not permitted|Could not trace|Couldn't trace", run.stdout):
        skip("this process may not trace others (in a container: --cap-add SYS_PTRACE)")
    found = re.findall(r"^@@@ (.*)\n((?:(?!@@@ ).*\n?)*)", run.stdout, re.M)
    assert len(found) == len(commands), run.stdout
    return [(name, text.strip("\n")) for name, text in found]


def normal(found):
    text = "".join(f"(gdb) {command}\n{output}\n" for command, output in found)
    for pattern, by in NORMAL:
        text = re.sub(pattern, by, text, flags=re.M)
    return text


def stopped(program, core, commands):
    before = ["break stop_here", "run"]
    found = gdb([program], [*before, *commands, f"generate-core-file {core}", *GO_ON, "thread 2", *MISTAKES, "kill"])
    looks, rest = found[len(before):len(before) + len(commands)], found[len(before) + len(commands) + 1:]
    later = [(command, text) for command, text in rest[:len(GO_ON)] if command != "continue"]
    return normal(looks), normal(later), normal(rest[len(GO_ON) + 1:-1])


def attached(program):
    with subprocess.Popen([program, "live"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "waiting\n"
            return normal(gdb(["-p", str(process.pid)], ["eddy tasks", "eddy bt busy", "eddy bt", "detach"])[:-1])
        finally:
            process.kill()


def without_process(program):
    nothing_runs = gdb([program], ["eddy tasks"])
    no_loop_yet = gdb([program], ["break main", "run", "eddy tasks", "kill"])[2:3]
    no_eddy = gdb([shutil.which("true")], ["starti", "eddy tasks", "kill"])[1:2]
    return normal(nothing_runs + no_loop_yet + no_eddy)


def compare(name, text, has_types, write):
    """Whether it is what is expected; of a program without debug information, as far as that can be."""
    file = HERE / f"{name}.expected"
    if write:
        file.write_text(text)
        return True
    expected = file.read_text()
    if not has_types:
        expected, text = without_native_lines(expected.split("(gdb) " + PRINT[0])[0]), without_native_lines(text)
    return same(expected, text, file.name)


def same(expected, text, name):
    difference = difflib.unified_diff(expected.splitlines(), text.splitlines(), name, "now", lineterm="")
    lines = list(difference)
    for line in lines:
        print(line)
    return not lines


def without_native_lines(text):
    """Where there is no debug information, what runs now has no line; what waits has."""
    return re.sub(r"^(#\d +[\w:~]+) (?:from the program|at program.cpp:\d+)$", r"\1", text, flags=re.M)


def main():
    program, write = sys.argv[1], "--write" in sys.argv
    check_gdb()
    has_types = "no_debug_info" not in program
    commands = LOOK + PRINT if has_types else LOOK
    with tempfile.TemporaryDirectory() as folder:
        core = pathlib.Path(folder) / "core"
        at_breakpoint, later, mistakes = stopped(program, core, commands)
        from_core = normal(gdb([program, str(core)], commands))
        texts = {"locals": normal(gdb([program, str(core)], LOCALS))} if "--locals" in sys.argv else {}
    if not same(at_breakpoint, from_core, "stopped"):
        sys.exit("the core file shows something else than the process did")
    texts |= {"stopped": at_breakpoint, "later": later, "mistakes": mistakes + without_process(program),
              "attached": attached(program)}
    if not all([compare(name, text, has_types, write) for name, text in texts.items()]):
        sys.exit(f"if that is right: {sys.argv[0]} {program} --locals --write")


main()
