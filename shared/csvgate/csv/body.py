"""Removes the preamble before the header and the footer after the rows."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.contracts.model import Contract, Dialect
from csvgate.csv.lines import physical_lines

MAX_BLANK_LINES: Final = 1000
"""Blank lines after the footer that are ignored. More of them count as lines of the footer, because
all of them are held in memory until the file ends."""


def without_preamble_and_footer(
    pieces: Iterable[bytes], dialect: Dialect, limit: int
) -> tuple[Iterator[bytes], int]:
    """Return the rest of the stream and the number of its first physical line.

    Blank lines at the very end do not count as lines of the footer: people who count lines from the
    end do not see them. Lines longer than `limit` are cut, as in `physical_lines`.
    """
    before, after = dialect.preamble_lines, dialect.footer_lines
    if not before and not after:
        return iter(pieces), 1
    blocks = physical_lines(pieces, limit)
    if before:
        blocks = _without_first(blocks, before)
    if after:
        blocks = _without_last(blocks, after)
    return map(b"".join, blocks), before + 1


def contract_for_extracted_records(contract: Contract) -> Contract:
    """Return the contract for UTF-8 records that were already extracted from their file: without
    preamble, footer and comments, so that these are not removed twice."""
    dialect = contract.dialect.model_copy(
        update={"preamble_lines": 0, "footer_lines": 0, "comment_char": None}
    )
    return contract.model_copy(update={"encoding": "utf-8", "dialect": dialect})


def _without_first(blocks: Iterable[list[bytes]], count: int) -> Iterator[list[bytes]]:
    for block in blocks:
        kept = block[count:]
        count = max(0, count - len(block))
        if kept:
            yield kept


def _without_last(blocks: Iterable[list[bytes]], count: int) -> Iterator[list[bytes]]:
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
