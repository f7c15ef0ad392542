# SPDX-License-Identifier: MIT
"""What compilers call functions and types, as their authors wrote it. Needs no gdb."""
import re

_ROOMS = ("eddy::detail::", "eddy::test::detail::", "eddy::")
_CLONE = re.compile(r" \[clone [^]]*\]|\(\.[a-z_0-9.]+\)|\.(?:resume|actor|destroy|cleanup|cold)(?:\.\d+)?$")
_BODY = re.compile(r"\.(?:resume|actor)\b")
_BODY_OR_END = re.compile(r"\.(?:resume|actor|destroy|cleanup)\b")
_REPLACED = (
    ("(anonymous namespace)::", ""),
    ("{anonymous}::", ""),
    ("(anonymous class)::operator()", "{lambda}"),
    ("operator()", "{call}"),
)


def is_coroutine_body(symbol):
    """Whether a symbol is the code of a coroutine, rather than the function that makes its frame."""
    return bool(_BODY.search(symbol))


def is_of_coroutine(symbol):
    """The same, or the code that destroys its frame."""
    return bool(_BODY_OR_END.search(symbol))


def without_clones(symbol):
    """`f(int)` from `f(int) [clone .resume]` or `f(int) [clone .actor] [clone .cold]`."""
    return _CLONE.sub("", symbol)


def _without(text, opening, closing):
    """Leaves out what stands in brackets, these included; but "<lambda>" stays."""
    out, depth = [], 0
    for i, letter in enumerate(text):
        if letter == opening and not text.startswith("<lambda>", i):
            depth += 1
        if depth == 0:
            out.append(letter)
        if letter == closing and depth > 0:
            depth -= 1
    return "".join(out)


def short_function(name):
    """`Client::fetch` from a symbol, or from a source_location's function: GCC's is `void Client::fetch(…Frame*)`."""
    text = without_clones(name)
    text = re.sub(r"\{lambda\([^{}]*\)#\d+\}::operator\(\)", "{lambda}", text)
    text = re.sub(r"'lambda\d*'\([^']*?\)::operator\(\)", "{lambda}", text)
    for what, by in _REPLACED:
        text = text.replace(what, by)
    text = text.split(" [")[0]
    text = _without(text, "(", ")")
    text = text.replace("<lambda>::{call}", "{lambda}").replace("<lambda>", "{lambda}")
    text = _without(text, "<", ">")
    text = re.sub(r" const$", "", text)
    return text[text.rfind(" ") + 1:] or name


def short_type(name):
    """`TaskGroup::Leaf` from `eddy::TaskGroup::Leaf`, `Get` from `eddy::detail::Get<int, …>`."""
    for room in _ROOMS:
        if name.startswith(room):
            name = name[len(room):]
            break
    return _without(name.replace("(anonymous namespace)::", ""), "<", ">")


def duration(nanoseconds):
    """1.5 s from 1500000000; at most four digits, so that it can be read."""
    for size, unit in ((3_600_000_000_000, "h"), (60_000_000_000, "min"), (1_000_000_000, "s"), (1_000_000, "ms"),
                       (1_000, "us")):
        if abs(nanoseconds) >= size:
            return f"{nanoseconds / size:.4g} {unit}"
    return f"{nanoseconds} ns"


def from_now(nanoseconds):
    """"in 1.5 s", or "1.5 s ago"."""
    return f"in {duration(nanoseconds)}" if nanoseconds >= 0 else f"{duration(-nanoseconds)} ago"
