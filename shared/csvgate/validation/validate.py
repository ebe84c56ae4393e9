"""The seam of the engine: CSV bytes in, batches of typed rows and rejected rows out.

Two paths give the same batches: `rule_path`, the authority, for small files and for what the other
does not understand; `vector`, which clears most rows in bulk.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from csvgate.contracts.model import Contract
from csvgate.csv.body import body
from csvgate.csv.decoding import begin
from csvgate.csv.encodings import take
from csvgate.csv.header import by_position, read_header
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer, Record
from csvgate.references.keys import KeySets
from csvgate.validation.batch import CHUNK_BYTES, Batch, Limits, RejectedRow
from csvgate.validation.faults import FileFault
from csvgate.validation.rule_path import rule_batches
from csvgate.validation.rules import Rules

__all__ = ["BLOCK_BYTES", "CHUNK_BYTES", "VECTOR_BYTES", "Batch", "RejectedRow", "validate"]

VECTOR_BYTES: Final = 384 * 1024
"""A smaller file takes the rule path, and never imports what the other needs: those imports take as
long as the rules with so many bytes."""
BLOCK_BYTES: Final = 4 * 1024 * 1024
"""What the vectorised path takes at a time: its arrays then stay in the processor's cache, and the
calls that handle them cost little beside the work."""


def validate(
    pieces: Iterable[bytes],
    contract: Contract,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    references: KeySets = (),
    vector_bytes: int = VECTOR_BYTES,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[Batch]:
    """Batches of about `chunk_bytes` of CSV, in the file's order; none for a file without rows.

    `pieces` are the file's bytes, decompressed, in any sizes; `references` the keys of each of the
    contract's foreign keys (see `reference_keys`; ValueError when there are not as many). Memory is
    a small multiple of `chunk_bytes`. Raises FileFault when the file as a whole cannot be loaded:
    at once, except for what `pieces` raises itself.
    """
    mark, pieces = begin(pieces, contract.encoding)
    pieces, line = body(pieces, contract.dialect, MAX_RECORD_BYTES)
    limits = Limits.of(chunk_bytes, len(contract.schema_.fields))
    head, rest = take(pieces, vector_bytes)
    start = None
    if len(head) >= vector_bytes and _suits(contract):
        start = _start(head, line, contract)
    if start is not None:
        from csvgate.validation.fast.path import vector_batches

        header = by_position(contract, mark)
        if contract.dialect.header:
            header = read_header(start.first, contract, mark)
        pieces = chain([head[start.offset :]], rest)
        yield from vector_batches(
            pieces, start.line, contract, header, limits, references, block_bytes
        )
        return
    records = Framer(chain([head], rest), Grammar(contract.dialect), line=line).records()
    first = next(records, None)
    if first is None:
        raise FileFault("file.empty", "the file is empty, or has nothing but blank lines")
    if contract.dialect.header:
        header = read_header(first, contract, mark)
    else:
        header = by_position(contract, mark)
        records = chain([first], records)
    rules = Rules(contract, header, references=references)
    yield from rule_batches(records, rules, header, limits)


class _Start(NamedTuple):
    first: Record
    offset: int
    """Of the byte where the rows begin, and its line."""
    line: int


def _suits(contract: Contract) -> bool:
    """Whether the vectorised path understands the dialect."""
    dialect = contract.dialect
    return (
        dialect.double_quote
        and not dialect.escape_char
        and not dialect.comment_char
        and not dialect.skip_initial_space
    )


def _start(head: bytes, line: int, contract: Contract) -> _Start | None:
    """None when the beginning of the file does not show it."""
    framer = Framer([head], Grammar(contract.dialect), line=line)
    first = next(framer.records(), None)
    if first is None or first.broken is not None:
        return None
    if not contract.dialect.header:
        return _Start(first, 0, line)
    passed = head.splitlines(keepends=True)[: framer.line - line]
    offset = sum(map(len, passed))
    return _Start(first, offset, framer.line) if offset < len(head) else None
