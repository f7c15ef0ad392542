#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The include rules of layers.txt, and what goes with them: `detail/` is seen by its own layer only, no
file includes itself through others, no folder is called util, common or misc."""
import re

import source

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
NOT_A_ROOM = {"util", "utils", "common", "misc", "helpers"}


def read_rules(root):
    """({layer: set}, {"layer/stem": set}, {folder: set}) from layers.txt."""
    layers, files, folders = {}, {}, {}
    for line in (root / "layers.txt").read_text().splitlines():
        if ":" not in line or line.lstrip().startswith("#"):
            continue
        name, allowed = line.split(":")
        allowed = set(allowed.split())
        if name.startswith("*/"):
            folders[name[2:]] = allowed
        elif "/" in name:
            files[name] = allowed
        else:
            unknown = allowed - layers.keys()
            assert not unknown, f"layers.txt: {name} may include {unknown}, which must stand above it"
            layers[name] = allowed
    return layers, files, folders


def is_test(path):
    return path.stem.endswith(("_test", "_bench", "_fuzz")) or "compile_fail" in path.parts


def allowed_layers(path, rules):
    """What this file (relative to eddy/) may include; None for an unknown layer."""
    layers, files, folders = rules
    if len(path.parts) == 1:
        return layers.keys() - {"test"}
    layer = path.parts[0]
    if layer not in layers:
        return None
    inner = next((folders[p] for p in path.parts[1:-1] if p in folders), None)
    allowed = layers[layer] | {layer} if inner is None else set(inner) | {layer}
    stem = re.sub(r"_(test|bench|fuzz)$", "", path.stem)
    allowed |= files.get(f"{layer}/{stem}", set())
    return allowed | {"test"} | set(layers.get("test", ())) if is_test(path) else allowed


def check_include(path, target, rules):
    """What is wrong with `path` (relative to eddy/) including `target` (likewise), or None."""
    allowed = allowed_layers(path, rules)
    layer, theirs = path.parts[0], target.parts[0]
    if len(target.parts) == 1:
        return None if is_test(path) else "only users and tests include the umbrella"
    if theirs not in allowed:
        return f"{layer} may not include {theirs} (layers.txt)"
    inner = next((p for p in path.parts[1:-1] if p in rules[2]), None)
    if inner and theirs == layer and inner not in target.parts and not is_test(path):
        return f"{inner}/ may not include the rest of {layer}"
    if "detail" in target.parts and theirs != layer:
        return f"{theirs}/detail is for {theirs} only"
    return None


def cycles(graph):
    """The include cycles, each once, as lists of files."""
    found, done = [], set()

    def visit(node, trail):
        if node in trail:
            found.append(trail[trail.index(node):] + [node])
        elif node not in done:
            for following in sorted(graph.get(node, ())):
                visit(following, trail + [node])
            done.add(node)
    for node in sorted(graph):
        visit(node, [])
    return found


def check(root):
    rules, complaints, graph = read_rules(root), [], {}
    for file in source.cpp_files(root, "eddy"):
        path = file.relative_to(root / "eddy")
        text = source.strip(file.read_text(), keep_strings=True)
        if bad := NOT_A_ROOM & set(path.parts[:-1]):
            complaints.append(f"eddy/{path}: a folder called {bad.pop()} is no room; see docs/architecture.md")
        if allowed_layers(path, rules) is None:
            complaints.append(f"eddy/{path}: {path.parts[0]} is not in layers.txt")
            continue
        for match in INCLUDE.finditer(text):
            where = f"eddy/{path}:{source.line_of(text, match.start(1))}"
            if not match.group(1).startswith("eddy/"):
                complaints.append(f'{where}: write "eddy/<layer>/..." or <...>, not "{match.group(1)}"')
                continue
            target = type(path)(match.group(1)[len("eddy/"):])
            graph.setdefault(str(path), set()).add(str(target))
            if wrong := check_include(path, target, rules):
                complaints.append(f"{where}: includes {target}: {wrong}")
    return complaints + ["include cycle: " + " -> ".join(c) for c in cycles(graph)]


def self_test():
    def complaints(path, *includes):
        files = {"layers.txt": "base:\ncore: base\nhttp: core\ntest: base\ncore/special: http\n*/wire: base\n",
                 f"eddy/{path}": "".join(f'#include "{i}"\n' for i in includes)}
        folder, root = source.sample(files)
        with folder:
            return check(root)
    assert not complaints("core/a.h", "eddy/base/x.h", "eddy/core/detail/y.h")
    assert not complaints("core/a_test.cpp", "eddy/test/x.h", "eddy/core/detail/x.h", "eddy/eddy.h")
    assert not complaints("core/special.cpp", "eddy/http/x.h")
    assert not complaints("http/wire/a.h", "eddy/base/x.h", "eddy/http/wire/b.h")
    assert not complaints("eddy.h", "eddy/http/x.h")
    assert complaints("base/a.h", "eddy/core/x.h")
    assert complaints("core/a.cpp", "eddy/test/x.h")
    assert complaints("core/a.h", "eddy/base/detail/x.h")
    assert complaints("core/a_test.cpp", "eddy/base/detail/x.h")
    assert complaints("core/a.h", "eddy/eddy.h")
    assert complaints("http/wire/a.h", "eddy/core/x.h")
    assert complaints("http/wire/a.h", "eddy/http/b.h")
    assert complaints("core/a.h", "b.h")
    assert complaints("core/a.h", "eddy/core/a.h")
    assert complaints("core/util/a.h")
    assert complaints("nowhere/a.h")


source.main(check, self_test)
