"""Texts of a file made safe to print: a cell may hold what moves the cursor or hides its line."""

import unicodedata


def plain(text: str) -> str:
    r"""Visible in one line: what is not printable is written as in Python, `\n` or `\u202e`."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def width(text: str) -> int:
    """Columns that a printable text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """The text, or its beginning with an ellipsis."""
    if width(text) <= columns:
        return text
    while width(text) >= columns:
        text = text[: columns - 1] if len(text) > columns else text[:-1]
    return text + "…"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space
