"""Values as they are shown: anybody may have written them, so that nothing in them may act, hide or
reorder what stands beside it. HTML is escaped by the templates; this is the rest."""

import json
from typing import Any, Final

from markupsafe import Markup, escape

from csvgate_ops.text import printable

_KEPT: Final = "\n\t"


def shown(value: Any) -> Any:
    """For every expression in a template: text in one line, control and direction characters as in
    Python, `\\u202e`. Markup is ours and stays."""
    return printable(value) if type(value) is str else value


def lines(text: str) -> Markup:
    """Text of several lines, as `shown`, with its line ends and tabs."""
    if text.isprintable():
        return escape(text)
    return escape("".join(c if c in _KEPT or c.isprintable() else printable(c) for c in text))


def with_code(text: str) -> Markup:
    """Text with what stands between backticks as code."""
    parts = [Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
             for number, part in enumerate(printable(text).split("`"))]  # fmt: skip
    return Markup("").join(parts)


def exact(text: str) -> Markup:
    """The value of a form's field, which has to come back as it was."""
    return escape(text)


def clipped(text: str, most: int) -> str:
    """The beginning of a text that is too long for its place. `most` counts characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def json_text(value: Any) -> str:
    """JSON for people: indented, letters as they are, what does not print as JSON escapes."""
    return without_controls(json.dumps(value, indent=2, ensure_ascii=False))


def without_controls(text: str) -> str:
    """The same JSON with JSON escapes for what does not print; line ends stay."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else _escape(c) for c in text)


def _escape(c: str) -> str:
    """json leaves DEL as it is."""
    return f"\\u{ord(c):04x}" if c == "\x7f" else json.dumps(c)[1:-1]
