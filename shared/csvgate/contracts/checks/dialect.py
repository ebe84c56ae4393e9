"""Rules for the encoding and the dialect of files."""

import codecs
import re
from typing import Final

from csvgate.contracts.model import Dialect, Encoding
from csvgate.contracts.reading.mistakes import Complaints

_SINGLE_BYTE: Final = ("iso8859-1", "cp1252")
_ENCODINGS: Final = ("utf-8", *_SINGLE_BYTE, "utf-16", "utf-16-le", "utf-16-be")
_USE: Final = "use utf-8, iso-8859-1, windows-1252, utf-16, utf-16-le or utf-16-be"

_MOST_CHARACTERS: Final = 10
"""Of a delimiter."""
_NOTATION: Final = re.compile(r"\\(?:0|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
"""A character as it is written in double quotes."""


def check_encoding(encoding: Encoding) -> Complaints:
    """Places are relative to the contract."""
    if isinstance(encoding, str):
        if problem := _wrong_name(encoding):
            yield ("encoding",), problem
        return
    problems = [_wrong_name(name) for name in encoding]
    for i, found in enumerate(problems):
        if found:
            yield ("encoding", i), found
    if any(problems):
        return
    known = {codecs.lookup(name).name for name in encoding}
    if len(encoding) != 2 or known not in [{"utf-8", other} for other in _SINGLE_BYTE]:
        message = "a list must have utf-8 and either iso-8859-1 or windows-1252: other encodings"
        also = "UTF-16 with a byte order mark is recognised in any case"
        yield ("encoding",), f"{message} cannot be distinguished, and {also}"


def _wrong_name(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = ""
    if known == "utf-8-sig":
        return "write utf-8; a byte order mark is skipped in any case"
    if known not in _ENCODINGS:
        return f"{name!r} is not a supported encoding; {_USE}"
    return None


def check_dialect(dialect: Dialect, encoding: Encoding) -> Complaints:
    """Places are relative to the contract."""
    yield from _check_delimiter(dialect, encoding)
    if dialect.quote_char is None and not dialect.quoted_missing:
        yield ("dialect", "quotedMissing"), "has no meaning without quotes (`quoteChar` is null)"
    seen: dict[str, str] = {dialect.delimiter: "delimiter"}
    for name, char in (
        ("quoteChar", dialect.quote_char),
        ("escapeChar", dialect.escape_char),
        ("commentChar", dialect.comment_char),
    ):
        if char is None:
            continue
        if name == "quoteChar" and not char:
            yield ("dialect", name), "for files without quotes, write null"
        elif len(char) != 1 or not char.isascii() or char in "\r\n\0" or char.isalnum():
            message = "should be one ASCII character, neither a letter nor a digit"
            yield ("dialect", name), f"{char!r} {message}"
        elif char in seen:
            yield ("dialect", name), f"{char!r} is also the {seen[char]}; they must differ"
        elif char in dialect.delimiter:
            yield ("dialect", name), f"{char!r} is also in the delimiter; they must differ"
        seen.setdefault(char, name)


def _check_delimiter(dialect: Dialect, encoding: Encoding) -> Complaints:
    delimiter, place = dialect.delimiter, ("dialect", "delimiter")
    if delimiter == "\\t":
        yield place, 'is a backslash and a t; for a tab write "\\t" in double quotes'
    elif _NOTATION.fullmatch(delimiter):
        yield place, f"is the text {delimiter}; for the character write it in double quotes"
    elif not 1 <= len(delimiter) <= _MOST_CHARACTERS or set(delimiter) & set("\r\n\0"):
        message = f"should be 1 to {_MOST_CHARACTERS} characters, without line breaks and NUL"
        yield place, f"{delimiter!r} {message}"
    elif delimiter.isalnum():
        yield place, f"{delimiter!r} should not consist of letters and digits only"
    elif dialect.skip_initial_space and delimiter[0] == " " and len(delimiter) > 1:
        message = "begins with a space, which `skipInitialSpace` would take from an empty cell"
        yield place, f"{delimiter!r} {message}"
    else:
        for name in (encoding,) if isinstance(encoding, str) else encoding:
            if _wrong_name(name) is None and not _can_write(delimiter, name):
                yield place, f"{delimiter!r} does not exist in the encoding {name}"


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
