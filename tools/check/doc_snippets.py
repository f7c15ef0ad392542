#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Code in README.md and docs/ is compiled and run.

  doc_snippets.py             only check
  doc_snippets.py --out DIR   also write DIR/<page>_<n>.cpp (and .expected) and print their names

A ```cpp block with `int main(` is a program. If the next block follows a line `<!-- output -->`, it is
what the program prints. A ```cpp block without main must follow a line `<!-- fragment -->`, so that no
code goes uncompiled by accident."""
import pathlib
import re
import sys

import source


def programs(root):
    """([(name, code, expected output or None)], complaints)."""
    found, complaints = [], []
    for page in source.pages(root):
        where = page.relative_to(root)
        stem = re.sub(r"\W+", "_", str(where.with_suffix(""))).lower()
        number, program_is_last = 0, False
        for line, language, body, before in source.fences(page.read_text()):
            if before == "<!-- output -->":
                if not program_is_last:
                    complaints.append(f"{where}:{line}: output of what? no program block comes right before it")
                else:
                    found[-1] = (*found[-1][:2], body)
            program_is_last = language == "cpp" and "int main(" in body
            if program_is_last:
                number += 1
                found.append((f"{stem}_{number}", f'#line {line + 1} "{where}"\n{body}', None))
            elif language == "cpp" and before != "<!-- fragment -->":
                complaints.append(f"{where}:{line}: cpp block without `int main(`: make it a program, "
                                  "or put a line <!-- fragment --> before it")
    return found, complaints


def write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def write(found, out):
    """Rewrites only what changed, so that nothing is built twice; removes what is gone."""
    out.mkdir(parents=True, exist_ok=True)
    wanted = set()
    for name, code, expected in found:
        for path, text in ((out / f"{name}.cpp", code), (out / f"{name}.expected", expected)):
            if text is not None:
                write_if_changed(path, text)
                wanted.add(path)
        print(out / f"{name}.cpp")
    for path in set(out.glob("*.cpp")) | set(out.glob("*.expected")):
        if path not in wanted:
            path.unlink()


def check(root):
    found, complaints = programs(root)
    if "--out" in sys.argv and not complaints:
        write(found, pathlib.Path(sys.argv[sys.argv.index("--out") + 1]))
    return complaints


def self_test():
    folder, root = source.sample({"README.md": (
        "```cpp\nint main() {}\n```\n<!-- output -->\n```text\nhi\n```\n"
        "<!-- fragment -->\n```cpp\nauto x = 1;\n```\n"
        "```cpp\nauto forgotten = 1;\n```\n"), "docs/a.md": "<!-- output -->\n```text\nno program\n```\n"})
    found, complaints = programs(root)
    assert [(n, e) for n, _, e in found] == [("readme_1", "hi\n")], found
    assert [c.split(":")[:2] for c in complaints] == [["README.md", "12"], ["docs/a.md", "2"]], complaints


source.main(check, self_test)
