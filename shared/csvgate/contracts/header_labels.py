"""Labels of a header: what of them counts, and which a contract may give."""

import unicodedata
from typing import Final

_INVISIBLE: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
"""Zero-width characters, which come along when a label is copied from a page or a second mark."""


def fold(label: str) -> str:
    """What of a label counts: not its case, its outer spaces (of any kind), its composition."""
    if label.isascii():
        return label.strip().casefold()
    plain = unicodedata.normalize("NFKC", label.translate(_INVISIBLE))
    return unicodedata.normalize("NFKC", plain.strip().casefold())


def wrong_label(label: str) -> str | None:
    """Why a label cannot be told from none, or from csvgate's own; None when it can."""
    folded = fold(label)
    if not folded:
        return "is blank; write the label that the file's header has, or drop it"
    if folded.startswith("_csvgate"):
        return f"{label!r} is csvgate's own, of reject files; rename the column in the file"
    return None
