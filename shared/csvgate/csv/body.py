"""Removes what comes before the header, and the footer after the rows."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from csvgate.contracts.model import (
    MAX_FOOTER_LINES,
    MAX_PREAMBLE_LINES,
    Contract,
    Dialect,
)
from csvgate.contracts.pattern import searcher
from csvgate.csv.header_lines import HeaderLines
from csvgate.csv.lines import physical_lines
from csvgate.csv.quoted_lines import first_of_records
from csvgate.csv.separator_line import without_separator_line
from csvgate.csv.work import WORK
from csvgate.text import shorten
from csvgate.validation.faults import FileFault

MAX_BLANK_LINES: Final = 1000
"""Blank lines after the footer that are ignored. More of them count as lines of the footer, because
all of them are held in memory until the file ends."""
MAX_PREAMBLE_BYTES: Final = 1024 * 1024
"""`preambleUntil` is searched in this many bytes (1 MiB) and MAX_PREAMBLE_LINES lines at most. No
preamble has as many."""
_PATTERN_CHARACTERS: Final = 200
"""The part of a pattern that a message repeats."""


def without_preamble_and_footer(
    pieces: Iterable[bytes], dialect: Dialect, limit: int, footer: list[bytes] | None = None
) -> tuple[Iterator[bytes], int]:
    """Return the rest of the stream and the number of its first physical line. The lines of the
    footer, with their terminators, are appended to `footer` when the stream has ended.

    A first line `sep=;` is part of the preamble, whatever the dialect says. Blank lines at the very
    end do not count as lines of the footer: people who count lines from the end do not see them.
    Lines longer than `limit` are cut, as in `physical_lines`.

    Raises FileFault `header.wrong_delimiter` if a `sep=` line names another delimiter, and
    `header.not_found` if no line matches `preambleUntil`.
    """
    rest, has_separator = without_separator_line(pieces, dialect.delimiter)
    skipped, after = int(has_separator), dialect.footer_lines
    before = max(0, dialect.preamble_lines - skipped)
    until, footer_from = dialect.preamble_until, dialect.footer_from
    if not before and not after and until is None and footer_from is None:
        return rest, 1 + skipped
    blocks = physical_lines(rest, limit)
    if until is not None:
        blocks, before = _from_first_match(blocks, until)
    elif before:
        blocks = _without_first(blocks, before)
    if footer_from is not None:
        blocks = _without_footer(blocks, searcher(footer_from), dialect, limit, footer)
    elif after:
        blocks = _without_last(blocks, after, footer)
    return map(b"".join, blocks), skipped + before + 1


def contract_for_extracted_records(contract: Contract) -> Contract:
    """Return the contract for UTF-8 records that were already extracted from their file: without
    preamble, footer and comments, so that these are not removed twice. Their totals would be those
    of a part of the file."""
    dialect = contract.dialect.model_copy(
        update={
            "preamble_lines": 0,
            "preamble_until": None,
            "footer_lines": 0,
            "footer_from": None,
            "comment_char": None,
        }
    )
    return contract.model_copy(update={"encoding": "utf-8", "dialect": dialect, "totals": None})


def _from_first_match(
    blocks: Iterator[list[bytes]], pattern: str
) -> tuple[Iterator[list[bytes]], int]:
    """Return the lines from the first one that matches on, and the number of lines before it. A
    file without any text is not a fault here: it is reported as empty later."""
    matches, count, size, has_text = searcher(pattern), 0, 0, False
    for block in blocks:
        for at, line in enumerate(block):
            content = line.rstrip(b"\r\n")
            size += len(line)
            if count == MAX_PREAMBLE_LINES or size > MAX_PREAMBLE_BYTES:
                raise preamble_not_found(pattern, ended=False)
            WORK.scanned += len(line)
            if matches(content):
                return chain([block[at:]], blocks), count
            has_text = has_text or bool(content)
            count += 1
    if has_text:
        raise preamble_not_found(pattern, ended=True)
    return iter(()), count


def preamble_not_found(pattern: str, *, ended: bool) -> FileFault:
    """Return the fault of a file in which nothing matches `preambleUntil`; `ended` says whether all
    of it was searched."""
    searched = f"of the first {MAX_PREAMBLE_LINES:,} lines and {MAX_PREAMBLE_BYTES // 1024**2} MiB"
    message = (
        f"no line {'of the file' if ended else searched} matches the contract's "
        f"`dialect.preambleUntil` ({shorten(pattern, _PATTERN_CHARACTERS)}), which finds where the "
        "records begin; check the export, or change the pattern"
    )
    return FileFault("header.not_found", message)


def _without_first(blocks: Iterable[list[bytes]], count: int) -> Iterator[list[bytes]]:
    for block in blocks:
        kept = block[count:]
        count = max(0, count - len(block))
        if kept:
            yield kept


def _without_last(
    blocks: Iterable[list[bytes]], count: int, footer: list[bytes] | None
) -> Iterator[list[bytes]]:
    """Hold back at most `count` + MAX_BLANK_LINES lines."""
    held = deque[bytes]()
    blank = 0
    for block in blocks:
        passed = list[bytes]()
        for line in block:
            held.append(line)
            blank = min(blank + 1, MAX_BLANK_LINES) if not line.strip(b"\r\n") else 0
            while len(held) > count + blank:
                passed.append(held.popleft())
        if passed:
            yield passed
    if footer is not None:
        footer += held


def _without_footer(
    blocks: Iterable[list[bytes]],
    matches: Callable[[bytes], bool],
    dialect: Dialect,
    limit: int,
    footer: list[bytes] | None,
) -> Iterator[list[bytes]]:
    """Hold back the last MAX_FOOTER_LINES lines and MAX_BLANK_LINES blank ones, and drop those from
    the first that matches. The header and lines inside a quoted cell never begin the footer."""
    header, held = HeaderLines(dialect, limit), list[bytes]()
    for block in blocks:
        held += block
        if not header.has_ended:
            count = header.count(held)
            if count:
                # Blank lines and comments before the header may be many.
                yield held[:count]
                held = held[count:]
        start = _start_of_last(held)
        if start:
            yield held[:start]
            held = held[start:]
    for at, line in first_of_records(held, dialect, limit):
        WORK.scanned += len(line)
        content = line.rstrip(b"\r\n")
        if content and matches(content):
            if footer is not None:
                footer += held[at:]
            held = held[:at]
            break
    if held:
        yield held


def _start_of_last(lines: list[bytes]) -> int:
    """Return the index of the first of the last lines, which are as many as may be held."""
    full = blank = 0
    for at in range(len(lines) - 1, -1, -1):
        if lines[at].strip(b"\r\n"):
            full += 1
        else:
            blank += 1
        if full > MAX_FOOTER_LINES or blank > MAX_BLANK_LINES:
            return at + 1
    return 0
