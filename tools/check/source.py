# SPDX-License-Identifier: MIT
"""What the checks share: the files of the repository, and C++ text without comments and literals."""
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?:u8|[uUL])?R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)


def strip(text, keep_strings=False):
    """Blanks comments and literals, keeping every line and column where it was."""
    def blank(match):
        token = match.group()
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else re.sub(r"[^\n\"']", "_", token)
    return _TOKEN.sub(blank, text)


def cpp_files(root, *folders):
    """Every .h and .cpp under the given folders, sorted."""
    found = []
    for folder in folders:
        found += [p for p in (root / folder).rglob("*") if p.suffix in (".h", ".cpp")]
    return sorted(found)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def fences(text):
    """(line, language, body, last non-empty line before it) of each fenced block."""
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        opening = re.match(r"\s*```(\w*)", lines[i])
        if opening:
            start = i
            i += 1
            while i < len(lines) and not lines[i].strip().startswith("```"):
                i += 1
            before = next((l.strip() for l in reversed(lines[:start]) if l.strip()), "")
            yield start + 1, opening.group(1), "\n".join(lines[start + 1:i]) + "\n", before
        i += 1


def pages(root):
    """README.md and everything under docs/."""
    readme = [root / "README.md"] if (root / "README.md").exists() else []
    return readme + sorted((root / "docs").rglob("*.md"))


def main(check, self_test, check_paths=None):
    """Runs `check(ROOT)`, which returns a list of complaints, or `check_paths(paths)` when some are given; or the
    self-test. Exit status 0 is good."""
    if "--self-test" in sys.argv:
        self_test()
        print("self-test passed")
        return
    paths = [] if any(a.startswith("--") for a in sys.argv) else [pathlib.Path(a) for a in sys.argv[1:]]
    if paths and not check_paths:
        sys.exit(f"{sys.argv[0]}: takes no files: it looks at the whole repository")
    for path in paths:
        if not path.exists():
            sys.exit(f"{sys.argv[0]}: there is no {path}")
    complaints = check_paths(paths) if paths else check(ROOT)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    sys.exit(1 if complaints else 0)


def sample(files):
    """A throw-away tree for self-tests: {path: text}."""
    folder = tempfile.TemporaryDirectory()
    for name, text in files.items():
        path = pathlib.Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder, pathlib.Path(folder.name)
