"""Make values safe to show. Anyone may have written them, so they must not run, hide or reorder
what stands beside them. The templates escape HTML; this module handles control characters."""

import json
from typing import Any, Final

from markupsafe import Markup, escape

from csvgate_ops.text import printable

_KEPT: Final = "\n\t"


def shown(value: Any) -> Any:
    r"""Applied to every expression in a template: text becomes one line, with control and direction
    characters written as in Python, `\u202e`. Markup is our own and is not changed."""
    return printable(value) if type(value) is str else value


def lines(text: str) -> Markup:
    """Like `shown` for text of several lines: line ends and tabs stay."""
    if text.isprintable():
        return escape(text)
    return escape("".join(c if c in _KEPT or c.isprintable() else printable(c) for c in text))


def with_code(text: str) -> Markup:
    """Mark up what stands between backticks as code."""
    parts = [Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
             for number, part in enumerate(printable(text).split("`"))]  # fmt: skip
    return Markup("").join(parts)


def path(name: str) -> Markup:
    """Return the name of an object, which may break into lines after its slashes."""
    return Markup("/<wbr>").join(escape(part) for part in printable(name).split("/"))


def exact(text: str) -> Markup:
    """Return the value of a form field, which the browser must send back unchanged."""
    return escape(text)


def clipped(text: str, most: int) -> str:
    """Return the beginning of a text that is too long for its place. `most` counts characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def json_text(value: Any) -> str:
    """Return JSON for people: indented, and only characters that do not print are escaped."""
    return without_controls(json.dumps(value, indent=2, ensure_ascii=False))


def without_controls(text: str) -> str:
    """Return the same JSON with escapes for characters that do not print, except line ends."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else _escape(c) for c in text)


def _escape(c: str) -> str:
    """Return the escape of one character; `json` does not escape DEL."""
    return f"\\u{ord(c):04x}" if c == "\x7f" else json.dumps(c)[1:-1]
