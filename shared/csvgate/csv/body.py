"""What is around the header and the rows: a preamble before them, a footer after them."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.contracts.model import Contract, Dialect
from csvgate.csv.lines import physical_lines

MOST_BLANK: Final = 1000
"""Blank lines that may follow the footer; more count as its lines, or they would fill memory."""


def body(pieces: Iterable[bytes], dialect: Dialect, limit: int) -> tuple[Iterator[bytes], int]:
    """Without the preamble and the footer, whatever is in them; and the number of the first line.

    Blank lines at the very end are not the footer's: who counts lines from the end does not see
    them. Lines longer than `limit` come cut, as from `physical_lines`.
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


def bare(contract: Contract) -> Contract:
    """For a file in UTF-8 that has a header and rows and nothing around them, such as a stream of
    records already taken out of their file. A preamble must not be taken off twice."""
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
    """Holds back at most `count` + MOST_BLANK lines."""
    held = deque[bytes]()
    blank = 0
    for block in blocks:
        passed = list[bytes]()
        for line in block:
            held.append(line)
            blank = min(blank + 1, MOST_BLANK) if not line.strip(b"\r\n") else 0
            while len(held) > count + blank:
                passed.append(held.popleft())
        if passed:
            yield passed
