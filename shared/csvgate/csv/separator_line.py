"""The line `sep=;` before the records, which states the delimiter of a file for Excel."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Final

from csvgate.csv.lines import read_at_least
from csvgate.validation.faults import FileFault

DELIMITER_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ",": "commas (,)",
        ";": "semicolons (;)",
        "\t": r"tabs (\t)",
        "|": "pipes (|)",
    }
)
"""The delimiters that most files have, as messages name them."""
_HEAD_BYTES: Final = 1024
"""The longest first line that is examined (1 KiB); a `sep=` line is far shorter."""
_LINE: Final = re.compile(r"\"?sep=(?P<separator>[^\r\n]+?)\"? *(?:\r\n?|\n|\Z)", re.IGNORECASE)


def named_separator(head: bytes, delimiter: str) -> tuple[str, int] | None:
    """Return the delimiter that the first line names, and the length of that line in bytes with its
    terminator; None if the first line is not a `sep=` line.

    `head` is the beginning of the text in UTF-8. Excel takes a single character. The contract's
    `delimiter` is recognised at any length, a tab also as backslash and t, and repeated characters,
    which other programs append so that all lines have as many cells, count once.
    """
    if not head[:5].lstrip(b'"').lower().startswith(b"sep="):
        return None
    found = _LINE.match(head[:_HEAD_BYTES].decode("utf-8", "replace"))
    if not found or len(found[0]) >= _HEAD_BYTES:
        return None
    separator = found["separator"].replace("\\t", "\t")
    if separator != delimiter:
        if len(set(separator)) > 1:
            return None
        separator = separator[0]
    return separator, len(found[0].encode())


def without_separator_line(pieces: Iterable[bytes], delimiter: str) -> tuple[Iterator[bytes], bool]:
    """Return the stream without a `sep=` line at its start, and whether it has one.

    Raises FileFault `header.wrong_delimiter` if the line names another delimiter.
    """
    head, rest = read_at_least(pieces, _HEAD_BYTES)
    named = named_separator(head, delimiter)
    if named is None:
        return chain([head], rest), False
    separator, length = named
    if separator != delimiter:
        raise FileFault("header.wrong_delimiter", other_delimiter(separator, delimiter, says=True))
    return chain([head[length:]], rest), True


def other_delimiter(found: str, delimiter: str, *, says: bool = False) -> str:
    """Return the message for a file that has another delimiter than its contract. `says` is true
    if its `sep=` line states that."""
    words, own = _words(found), _words(delimiter)
    begins = "the first line says that the columns are" if says else "the columns seem to be"
    return (
        f"{begins} separated by {words}, but the contract expects {own}; "
        "save the file with that delimiter, or change the contract's `dialect.delimiter`"
    )


def _words(delimiter: str) -> str:
    named = DELIMITER_WORDS.get(delimiter)
    return named or (delimiter if delimiter.isprintable() else repr(delimiter))
