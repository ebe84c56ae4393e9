"""Check and format JSON that a person edits, without changing its values.

Python's own writer would turn 1.50 into 1.5 and a number of 30 digits into another one, and would
keep only the last of two equal keys. So the text is divided into tokens, and only the space between
them changes.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
"""A token of valid JSON; no character can be read in two ways, so the time is linear."""
_OPENING: Final = ("{", "[")
_CLOSING: Final = ("}", "]")
_INDENT: Final = "  "
_DEEPEST: Final = 100
"""Levels that are indented: the spaces of a deeper text would be a multiple of its size."""


def json_problem(text: str) -> str:
    """Return why a text is not JSON that every reader understands alike; empty when it is."""
    try:
        json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return f"{error.msg} in line {error.lineno}, column {error.colno}"
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return str(error)
    return ""


def is_read_as_json(text: str) -> bool:
    """Return whether Python reads the text as JSON; it also accepts NaN and equal keys."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def formatted(text: str) -> str:
    """Return valid JSON with one value per line, indented by two spaces; otherwise the text
    unchanged. Numbers, texts and equal keys stay as they are written."""
    if not is_read_as_json(text):
        return text
    return "".join(_pieces(_TOKEN.findall(text))) + "\n"


def _pieces(parts: list[str]) -> Iterator[str]:
    depth = 0
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if part in _CLOSING:
            depth -= 1
        yield part
        if part in _OPENING:
            depth += 1
            if following not in _CLOSING:
                yield _line(depth)
        elif part == ",":
            yield _line(depth)
        elif part == ":":
            yield " "
        elif following in _CLOSING:
            yield _line(depth - 1)


def _line(depth: int) -> str:
    return "\n" + _INDENT * min(depth, _DEEPEST)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"the key {json.dumps(twice)} is in the same object twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number of JSON")
