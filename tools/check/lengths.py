#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A file past 800 lines is two concepts: an error. A function past 60 lines is two functions: a warning."""
import re
import sys

import source

FILE_MAX, FUNCTION_MAX = 800, 60
# Brackets that say nothing about whether it is a function.
DECORATION = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)", re.S)
# What opens a brace but is no function: the last words before it.
NOT_A_FUNCTION = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^;(){}]*$|=\s*$|^\s*$")


def long_functions(text):
    """(line, length) of every outermost function body that is too long; lexical, so a good guess."""
    text = re.sub(r"^[ \t]*#.*(?:\\\n.*)*", lambda m: re.sub(r"[^\n]", " ", m.group()), source.strip(text), flags=re.M)
    stack, head = [], 0
    for match in re.finditer(r"[{};]", text):
        position, symbol = match.start(), match.group()
        if symbol == "{":
            inside = any(is_function for _, is_function in stack)
            is_function = not inside and not NOT_A_FUNCTION.search(DECORATION.sub(" ", text[head:position]))
            stack.append((position, is_function))
        elif symbol == "}" and stack:
            start, is_function = stack.pop()
            length = text.count("\n", start, position)
            if is_function and length > FUNCTION_MAX:
                yield source.line_of(text, start), length
        head = position + 1


def check(root):
    complaints = []
    for file in source.cpp_files(root, "eddy", "examples", "bench", "tools"):
        text = file.read_text()
        name, lines = file.relative_to(root), text.count("\n")
        if lines > FILE_MAX:
            complaints.append(f"{name}: {lines} lines, at most {FILE_MAX}: a file is one concept")
        for line, length in long_functions(text):
            print(f"{name}:{line}: warning: a function of {length} lines, {FUNCTION_MAX} fit on a screen", file=sys.stderr)
    return complaints


def self_test():
    body = "  f();\n" * 61
    assert list(long_functions("namespace a {\nint g() { return 1; }\nvoid f() {\n" + body + "}\n}\n")) == [(3, 62)]
    for kind in "struct S", "class [[nodiscard(\"use it\")]] S final : public B<S>", "struct alignas(64) S", "union U":
        assert not list(long_functions(f"{kind} {{\n" + "  int f() { return 1; }\n" * 90 + "};\n")), kind
        assert list(long_functions(f"{kind} {{\n[[nodiscard]] int f() {{\n{body}}}\n}};\n")) == [(2, 62)], kind
    folder, root = source.sample({"eddy/core/a.h": "\n" * 801, "eddy/core/b.h": "\n" * 800})
    with folder:
        assert [c.split(":")[0] for c in check(root)] == ["eddy/core/a.h"]


source.main(check, self_test)
