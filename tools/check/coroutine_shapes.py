#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shapes that GCC 12 compiles into wrong programs, or not at all: G1 to G4 of the table in CONTRIBUTING.md.

Lexical, so it errs on the side of complaining. Where it is wrong, say why on the same line:
  co_await f(Point{1, 2});  // shapes: ok — Point has a constructor

  coroutine_shapes.py [PATH...]   these files and folders, of any project; without any, this repository"""
import re

import cpp_shape
import source

AWAIT = re.compile(r"\bco_(?:await|yield)\b")
DECLARATION = re.compile(r"\s*(?:const\s+)?[\w:]+(?:<[^=]*>)?(?:\s*[&*]{0,2}\s+|\s+[&*]{0,2}\s*)(?:\w+|\[[\w\s,]+\])\s*=(?!=)")
ESCAPE = re.compile(r"//\s*shapes: ok\s*(?:—|-)\s*\S")
TEMPORARY = re.compile(r"(?P<name>(?:\w+::)*\w+)?\s*(?P<arguments><[^;{}]*>)?\s*\{(?P<first>\s*[^\s}])")
STD_LIST = re.compile(r"^std::(?:vector|deque|list|set|map|multiset|multimap|unordered_\w+|initializer_list)$")


def g1(control, statement):
    """co_await in a condition: the body silently never runs."""
    if control is None or not AWAIT.search(statement):
        return
    parts = statement.split(";")
    condition = parts[1] if control == "for" and len(parts) == 3 else parts[-1]
    if control == "for" and len(parts) < 3 or not AWAIT.search(condition) or DECLARATION.match(condition):
        return
    yield "G1: co_await in the condition of " + control, "name it first, or `if (auto x = co_await ...)`"


def owning_captures(captures):
    """By value, or `x = ...`: something the closure may have to destroy."""
    parts = re.split(r",(?![^(<{]*[)>}])", captures)
    return [p.strip() for p in parts if p.strip() not in ("", "this") and not p.strip().startswith("&")]


def g2_lambdas(statement, offset, lambdas):
    for start, (captures, _) in lambdas.items():
        here = start - offset
        if 0 <= here < len(statement) and statement[here] == "[" and owning_captures(captures):
            yield f"G2: a closure that owns something ([{captures}]) in a statement with co_await", \
                "[&], callable + arguments, or name it first"


def braces(statement):
    """G2, G3, G4: what may not stand in braces beside an await."""
    for match in TEMPORARY.finditer(statement):
        start = match.start("first") - 1
        inside = statement[start + 1:cpp_shape.closing(statement, start)]
        name = match.group("name") or ""
        before = statement[:match.start()].rstrip()
        if AWAIT.search(inside):
            yield "G3: co_await inside braces", "name it first"
        elif STD_LIST.match(name):
            yield f"G4: an initializer_list ({name}) in a statement with co_await", "name it first"
        elif inside.lstrip().startswith("."):
            yield "G2: an aggregate with designators in a statement with co_await", "a named variable and std::move"
        elif name in ("co_yield", "co_await") or re.match(r"(?:\w+::)*[A-Z]\w*$|std::array$", name):
            yield f"G2: a braced temporary ({name}) in a statement with co_await", \
                "a named variable, or a constructor call in parentheses"
        elif not name and before[-1:] in ("(", ","):
            yield "G4: a braced list as an argument in a statement with co_await", "name it first"


def g3(statement):
    """Awaits in the arms of ?:, or behind throw."""
    for match in re.finditer(r"\?", statement):
        depth, end = 0, match.end()
        while end < len(statement) and depth >= 0 and not (depth == 0 and statement[end] == ","):
            depth += (statement[end] in "([{") - (statement[end] in ")]}")
            end += 1
        if AWAIT.search(statement[match.end():end]):
            yield "G3: co_await in an arm of ?:", "if/else"
    for match in re.finditer(r"\bco_(?:await|yield)\s*\(", statement):
        operand = statement[match.end():cpp_shape.closing(statement, match.end() - 1)]
        flat = re.sub(r"\([^()]*\)", "", operand)
        if "?" in flat and "(" not in flat.split("?")[0]:
            yield "G3: co_await of a ?: expression", "if/else"
    if re.search(r"\bthrow\b.*\bco_(?:await|yield)\b", statement, re.S):
        yield "G3: co_await in a throw expression", "name it first"


def complaints_in(original):
    """(line, what is wrong, what to write instead), in order."""
    text, lines, found = cpp_shape.prepare(original), original.split("\n"), set()
    lambdas = cpp_shape.find_lambdas(text)
    for offset, control, statement in cpp_shape.statements(text):
        await_ = AWAIT.search(statement)
        if not await_:
            continue
        first = source.line_of(text, offset + len(statement) - len(statement.lstrip()))
        last = source.line_of(text, offset + len(statement))
        if any(ESCAPE.search(line) for line in lines[first - 1:last]):
            continue
        line = source.line_of(text, offset + await_.start())
        for what, instead in [*g1(control, statement), *g2_lambdas(statement, offset, lambdas),
                              *braces(statement), *g3(statement)]:
            found.add((line, what, instead))
    return sorted(found)


def check_file(file, name):
    return [f"{name}:{line}: {what}: write instead: {instead}" for line, what, instead in complaints_in(file.read_text())]


def check_paths(paths):
    """Files, and folders with all the C++ in them."""
    files = [f for p in paths for f in ([p] if p.is_file() else sorted(p.rglob("*"))) if f.is_file()]
    wanted = (".h", ".hpp", ".hh", ".cpp", ".cc", ".cxx")
    return [c for f in files if f in paths or f.suffix in wanted for c in check_file(f, f)]


def check(root):
    complaints = []
    for file in source.cpp_files(root, "eddy", "examples", "bench", "cmake"):
        if "compile_fail" not in file.parts:
            complaints += check_file(file, file.relative_to(root))
    for page in source.pages(root):
        for start, language, body, _ in source.fences(page.read_text()):
            if language == "cpp":
                complaints += [f"{page.relative_to(root)}:{start + line}: {what}: write instead: {instead}"
                               for line, what, instead in complaints_in(body)]
    return complaints


def self_test():
    """shapes_sample.txt: one statement a line, after the name of the rule it breaks, or `ok`."""
    samples = (source.ROOT / "tools/check/shapes_sample.txt").read_text().splitlines()
    folder, root = source.sample({"deep/bad.cpp": "Task<> f() {\n  if (co_await next()) use();\n}\n", "note.txt": "co_await"})
    assert [c.split(": ")[1] for c in check_paths([root])] == ["G1"], check_paths([root])
    folder.cleanup()
    for sample in (s for s in samples if s.strip() and not s.startswith("#")):
        expected, statement = sample.split(maxsplit=1)
        found = {what[:2] for _, what, _ in complaints_in("Task<> f(int n) {\n  " + statement + "\n}\n")}
        assert found == ({expected} if expected != "ok" else set()), f"{sample}\n  found: {found}"


source.main(check, self_test, check_paths)
