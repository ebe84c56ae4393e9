"""The labels of a header: how they are compared, and which ones a contract may declare."""

import unicodedata
from typing import Final

_INVISIBLE: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
"""Zero-width characters: they come with labels copied from a web page, or with a second byte order
mark."""


def fold(label: str) -> str:
    """Return the form in which labels are compared: case, spaces of any kind around the label and
    Unicode composition are ignored."""
    if label.isascii():
        return label.strip().casefold()
    composed = unicodedata.normalize("NFKC", label.translate(_INVISIBLE))
    return unicodedata.normalize("NFKC", composed.strip().casefold())


def clean(label: str) -> str:
    """Return the label without the spaces around it and without zero-width characters."""
    return label.translate(_INVISIBLE).strip()


def wrong_label(label: str) -> str | None:
    """Return why a contract may not declare a label: it is blank, or one of csvgate's own. None if
    it may."""
    folded = fold(label)
    if not folded:
        return 'is blank; write the label from the file\'s header, or "" for a column without one'
    if folded.startswith("_csvgate"):
        return f"{label!r} is reserved for csvgate's reject files; rename the column in the file"
    return None
