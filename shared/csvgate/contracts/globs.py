"""Patterns for object names: `*` within a folder, `**` across folders, `?` for one character.

Matching is case-sensitive. `**/` also stands for no folder at all, so `orders/**/*.csv` matches
`orders/x.csv`. No other character is special.
"""

import re
from collections import deque
from functools import cache
from typing import Final

_TOKEN: Final = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]")
_REGEX: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_ANY, _IN_FOLDER = "any", "in folder"


@cache
def compile_glob(pattern: str) -> re.Pattern[str]:
    """Return the pattern as a regular expression for `fullmatch`."""
    tokens = _TOKEN.findall(pattern)
    return re.compile("".join(_REGEX.get(t) or re.escape(t) for t in tokens), re.DOTALL)


def common_name(one: str, other: str) -> str | None:
    """Return a name that both patterns match, or None if no name does."""
    if not _prefixes_agree(one, other):
        return None
    a, b = _steps(one), _steps(other)
    start = (0, 0)
    seen, queue = {start}, deque([(start, "")])
    while queue:
        (i, j), name = queue.popleft()
        if i == len(a) - 1 and j == len(b) - 1:
            return name or "x"
        moves = [((to, j), "") for via, to in a[i] if via == ""]
        moves += [((i, to), "") for via, to in b[j] if via == ""]
        for via_a, to_a in a[i]:
            for via_b, to_b in b[j]:
                letter = _both(via_a, via_b)
                if letter:
                    moves.append(((to_a, to_b), letter))
        for state, letter in moves:
            if state not in seen:
                seen.add(state)
                # Moves that consume nothing come first, so that the name found is short.
                (queue.append if letter else queue.appendleft)((state, name + letter))
    return None


def _prefixes_agree(one: str, other: str) -> bool:
    """Return whether the parts before the first wildcards can begin the same name."""
    a, b = (re.split(r"[*?]", p, maxsplit=1)[0] for p in (one, other))
    return a.startswith(b) or b.startswith(a)


_Steps = list[list[tuple[str, int]]]


def _steps(pattern: str) -> _Steps:
    """Return the pattern as a nondeterministic automaton: for each state, pairs of a character and
    the next state. The last state accepts; a move by the empty character consumes nothing."""
    steps: _Steps = [[]]
    for part in _TOKEN.findall(pattern):
        here, there = len(steps) - 1, len(steps)
        if part in ("*", "**"):
            steps[here] += [("", there), (_IN_FOLDER if part == "*" else _ANY, here)]
        elif part == "**/":
            # `here` may skip the folders; `there` consumes them, up to a slash.
            steps[here] += [("", there + 1), ("", there)]
            steps.append([(_ANY, there), ("/", there + 1)])
        else:
            steps[here].append((_IN_FOLDER if part == "?" else part, there))
        steps.append([])
    return steps


def _both(one: str, other: str) -> str:
    """Return a character that both moves consume; empty if there is none or a move consumes
    nothing."""
    if not one or not other:
        return ""
    wild = {_ANY, _IN_FOLDER}
    if one in wild and other in wild:
        return "x"
    if one in wild or other in wild:
        letter, kind = (other, one) if one in wild else (one, other)
        return "" if letter == "/" and kind == _IN_FOLDER else letter
    return one if one == other else ""
