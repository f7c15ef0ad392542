# SPDX-License-Identifier: MIT
"""A C++ file as statements: enough structure, found lexically, for coroutine_shapes.py to reason about."""
import re

import source

_WORD_BEFORE_BLOCK = {"else", "do", "try", "const", "noexcept", "override", "final", "mutable", "requires"}
_TYPE_HEAD = re.compile(r"(?:^|>)\s*(?:(?:inline|static|typedef|export)\s+)*(?:namespace|class|struct|union|enum|extern)\b[^=]*$")
_AFTER_CAPTURES = re.compile(r"\s*(?:\{|->|mutable\b|noexcept\b|requires\b|constexpr\b|static\b|\[\[)")
_CONTROL = re.compile(r"\s*(?:else\s+|do\s+)*(?:if(?:\s+constexpr)?|while|for|switch)\s*(?=\()")
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}


def closing(text, start):
    """Where the bracket at `start` closes; the end of the text if it does not."""
    depth, opening = 0, text[start]
    for i in range(start, len(text)):
        depth += (text[i] == opening) - (text[i] == _CLOSING[opening])
        if depth == 0:
            return i
    return len(text)


def find_lambdas(text):
    """{position of `[`: (captures, position of the body's `{`)}."""
    found = {}
    for match in re.finditer(r"\[", text):
        start = match.start()
        before = text[max(0, start - 40):start].rstrip()
        if before.endswith("[") or text.startswith("[[", start) or re.search(r"\bauto\s*&{0,2}$", before):
            continue
        if re.search(r"[\w)\]]$", before) and not re.search(r"\b(?:return|co_return|co_await|co_yield)$", before):
            continue
        end = after = closing(text, start)
        for bracket in "<(":
            skipped = re.compile(r"\s*\%s" % bracket).match(text, after + 1)
            after = closing(text, skipped.end() - 1) if skipped else after
        body = text.find("{", after)
        if _AFTER_CAPTURES.match(text, after + 1) and body >= 0 and ";" not in text[after:body]:
            found[start] = (text[start + 1:end], body)
    return found


def _is_initialiser(text, position, innermost):
    """Whether the `{` at `position` opens a braced initialiser, not a block. `innermost`: the bracket it is in."""
    start = max(text.rfind(c, 0, position) for c in ";{}") + 1
    head = text[start:position].strip()
    before = text[:position].rstrip()[-1:]
    if before in ("", ";", "}", ")") or (before == "{" and innermost != "init") or (before == ":" and innermost != "("):
        return False
    last_word = re.search(r"\w*$", head).group()
    return not (last_word in _WORD_BEFORE_BLOCK or _TYPE_HEAD.search(head) or re.search(r"\brequires\b", head)
                or re.search(r"\)[^()]*->", head) or re.search(r"\)\s*(?:const\s*)?&&?$", head))


def _blocks(text, lambdas):
    """[(start, own text)] of every block: the text directly in it, without nested blocks and lambda bodies."""
    bodies = {body for _, body in lambdas.values()}
    own, stack, brackets = [[0, []]], [0], []
    for position, c in enumerate(text):
        innermost = brackets[-1] if brackets else ""
        if c == "{" and (position in bodies or not _is_initialiser(text, position, innermost)):
            mark = " " if position in bodies else ";"
            own[stack[-1]][1].append(mark)
            brackets.append(mark)
            stack.append(len(own))
            own.append([position, []])
        elif c == "}" and innermost in (" ", ";") and len(stack) > 1:
            finished = stack.pop()
            own[stack[-1]][1].append(re.sub(r"[^\n]", " ", "".join(own[finished][1]))[1:] + brackets.pop())
            continue
        elif c in "({":
            brackets.append("init" if c == "{" else c)
        elif c in ")}" and brackets:
            brackets.pop()
        own[stack[-1]][1].append(c)
    return [(start, "".join(parts)) for start, parts in own]


def statements(text):
    """(position, control head or None, statement) of everything that runs; `if (a) b;` gives the head and b."""
    lambdas = find_lambdas(text)
    for start, own in _blocks(text, lambdas):
        begin = 1 if own.startswith("{") else 0
        depth = -begin  # the block's own brace is no nesting
        for i, c in enumerate(own + ";"):
            depth += (c in "([{") - (c in ")]}")
            if c == ";" and depth <= 0:
                yield from _peel(start + begin, own[begin:i])
                depth, begin = 0, i + 1


def _peel(position, statement):
    while control := _CONTROL.match(statement):
        end = closing(statement, control.end())
        yield position, control.group().split()[-1], statement[control.end() + 1:end]
        position, statement = position + end + 1, statement[end + 1:]
    yield position, None, statement


def prepare(text):
    """Source text without comments, literals and preprocessor lines, positions kept."""
    return re.sub(r"^[ \t]*#.*(?:\\\n.*)*", lambda m: re.sub(r"[^\n]", " ", m.group()), source.strip(text), flags=re.M)
