"""Finds the physical lines that begin inside a record, in the last lines of a file."""

from collections.abc import Iterator, Sequence

from csvgate.contracts.model import Dialect
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer


def first_of_records(
    lines: Sequence[bytes], dialect: Dialect, limit: int
) -> Iterator[tuple[int, bytes]]:
    """Yield the index and the text of each line that does not continue a quoted cell of the line
    before. Lines have their terminators, and records at most `limit` bytes.

    Whether the first line continues a cell is not known, so both readings are tried, and the one
    with fewer malformed records holds.
    """
    quote, inside = (dialect.quote_char or "").encode(), set[int]()
    if quote and any(quote in line for line in lines):
        grammar = Grammar(dialect)
        broken, inside = _read(lines, grammar, limit)
        fewer, others = _read([quote + lines[0], *lines[1:]], grammar, limit)
        if fewer < broken:
            inside = others | {0}
    yield from ((at, line) for at, line in enumerate(lines) if at not in inside)


def _read(lines: Sequence[bytes], grammar: Grammar, limit: int) -> tuple[int, set[int]]:
    """Return the number of malformed records, and the indexes of lines that continue a record."""
    framer = Framer.of_lines(iter([list(lines)]), grammar, limit, 0)
    broken, inside = 0, set[int]()
    for record in framer.records():
        broken += record.cells is None
        inside.update(range(record.line + 1, framer.line))
    return broken, inside
