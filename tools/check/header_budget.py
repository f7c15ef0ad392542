#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public header stays within its budget of preprocessed lines (header_budget.txt).

Counted as non-empty lines of `g++ -E`, line markers included: <coroutine> is 3.8k, <chrono> 32.8k, <memory> 36.8k
with GCC 12. The standard library's share depends on the compiler, so GCC is asked whatever builds the rest.
`--table` prints all counts. eddy/test/ has no budget: it includes gtest."""
import concurrent.futures
import fnmatch
import os
import shutil
import subprocess
import sys

import source


def compiler():
    found = shutil.which("g++-12") or shutil.which("g++")
    assert found, "header_budget: no g++; install the packages in deps/debian.txt"
    return found


def lines_of(root, header):
    command = [compiler(), "-std=c++20", "-E", f"-I{root}", "-x", "c++", str(header)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        return result.stderr.strip()
    return sum(1 for line in result.stdout.splitlines() if line.strip())


def read_budgets(root):
    lines = (root / "tools/check/header_budget.txt").read_text().splitlines()
    return [(l.split()[0], int(l.split()[1])) for l in lines if l.strip() and not l.startswith("#")]


def budget_of(name, budgets):
    return next((lines for pattern, lines in budgets if fnmatch.fnmatch(name, pattern)), None)


def check(root):
    budgets, complaints = read_budgets(root), []
    headers = {str(f.relative_to(root)): f for f in source.cpp_files(root, "eddy") if f.suffix == ".h" and not f.stem.endswith("_test")}
    headers = {n: f for n, f in headers.items() if "/detail/" not in n and budget_of(n, budgets)}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(headers, pool.map(lambda f: lines_of(root, f), headers.values())))
    for name, count in counts.items():
        budget = budget_of(name, budgets)
        if "--table" in sys.argv:
            print(f"{count:>7} of {budget:>6}  {name}")
        if isinstance(count, str):
            complaints.append(f"{name}: does not preprocess: {count}")
        elif count > budget:
            complaints.append(f"{name}: {count} preprocessed lines, budget {budget}: move an include to the .cpp "
                              "or forward-declare (see `g++ -H`)")
    return complaints


def self_test():
    folder, root = source.sample({
        "tools/check/header_budget.txt": "# comment\neddy/core/small.h 10\neddy/* 10000\n",
        "eddy/core/small.h": "int x;\n" * 20, "eddy/core/good.h": "#include <coroutine>\n",
        "eddy/core/big.h": "#include <memory>\n", "eddy/core/broken.h": '#include "eddy/nowhere.h"\n'})
    with folder:
        complaints = check(root)
    assert len(complaints) == 3, complaints
    for name in ("small", "big", "broken"):
        assert any(f"core/{name}.h" in c for c in complaints), complaints


source.main(check, self_test)
