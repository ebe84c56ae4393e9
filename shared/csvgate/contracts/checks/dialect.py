"""Rules for the encoding and the dialect of files."""

import codecs
import re
from typing import Final

from csvgate.contracts.encoding_names import SINGLE_BYTE, codec_name
from csvgate.contracts.model import Dialect, Encoding
from csvgate.contracts.pattern import PatternError, searcher
from csvgate.contracts.reading.mistakes import Complaints

MOST_HEADER_ROWS: Final = 10
"""The most records that a header may consist of."""
_USE: Final = (
    "use utf-8, utf-16, windows-1252, iso-8859-1 or another encoding that docs/contracts.md lists"
)

_MOST_CHARACTERS: Final = 10
"""The most characters of a delimiter."""
_NOTATION: Final = re.compile(r"\\(?:0|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
"""How YAML writes a character in double quotes."""


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
    known = {codec_name(name) for name in encoding}
    if len(encoding) != 2 or known not in [{"utf-8", other} for other in SINGLE_BYTE]:
        message = (
            "a list must have utf-8 and one encoding of one byte per character, such as "
            "windows-1252: other encodings"
        )
        also = "UTF-16 with a byte order mark is recognised in any case"
        yield ("encoding",), f"{message} cannot be distinguished, and {also}"


def _wrong_name(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = ""
    if known == "utf-8-sig":
        return "write utf-8; a byte order mark is skipped in any case"
    if codec_name(name) is None:
        return f"{name!r} is not a supported encoding; {_USE}"
    return None


def check_dialect(dialect: Dialect, encoding: Encoding) -> Complaints:
    """Places are relative to the contract."""
    yield from _check_delimiter(dialect, encoding)
    if dialect.quote_char is None and not dialect.quoted_missing:
        message = "has no effect without quotes (`quoteChar` is null); drop one of them"
        yield ("dialect", "quotedMissing"), message
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
    yield from _surroundings(dialect)
    yield from _header_rows(dialect)
    if dialect.sheet_name is not None and dialect.sheet_number is not None:
        message = "cannot be used together with sheetName, because each of them chooses the sheet"
        yield ("dialect", "sheetNumber"), f"{message}; keep one of them"


def _surroundings(dialect: Dialect) -> Complaints:
    for name, pattern, other, lines in (
        ("preambleUntil", dialect.preamble_until, "preambleLines", dialect.preamble_lines),
        ("footerFrom", dialect.footer_from, "footerLines", dialect.footer_lines),
    ):
        if pattern is None:
            continue
        if lines:
            message = f"cannot be used together with {other}, which says the same in another way"
            yield ("dialect", name), f"{message}; keep one of them"
        try:
            matches = searcher(pattern)
        except PatternError as error:
            yield ("dialect", name), str(error)
        else:
            if matches(b""):
                message = "is found in every line, because it matches the empty text"
                yield (
                    ("dialect", name),
                    f"{message}; write an expression that only the intended line has",
                )


def _header_rows(dialect: Dialect) -> Complaints:
    rows = dialect.header_rows
    count = len(rows)
    if not dialect.header:
        for name, given in (
            ("headerRows", rows != (1,)),
            ("headerJoin", dialect.header_join != " "),
        ):
            if given:
                yield ("dialect", name), "has no effect if `header` is false; drop one of them"
    elif not rows:
        yield ("dialect", "headerRows"), "is empty; write `header: false` for a file without one"
    elif rows != tuple(range(1, count + 1)):
        message = "should be [1], [1, 2] and so on: the rows of the header follow each other"
        if rows[0] > 1 and rows == tuple(range(rows[0], rows[0] + count)):
            message += f"; skip the {rows[0] - 1} lines before them with `preambleLines`"
        yield ("dialect", "headerRows"), message
    elif count > MOST_HEADER_ROWS:
        message = f"has {count} rows, but a header may have at most {MOST_HEADER_ROWS}"
        yield ("dialect", "headerRows"), f"{message}; skip lines before it with `preambleLines`"
    elif count == 1 and dialect.header_join != " ":
        message = "has no effect on a header of one row; drop it, or add `headerRows`"
        yield ("dialect", "headerJoin"), message


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
        message = "begins with a space, which `skipInitialSpace` would remove; drop one of the two"
        yield place, f"{delimiter!r} {message}"
    else:
        for name in (encoding,) if isinstance(encoding, str) else encoding:
            if _wrong_name(name) is None and not _can_write(delimiter, name):
                yield (
                    place,
                    f"{delimiter!r} does not exist in the encoding {name}; change one of them",
                )


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
