"""The entry of the engine: CSV bytes in, batches of typed rows and rejected rows out.

Two paths give the same batches. `rule_path` is the authority and takes small files and unusual
dialects. `fast.path` takes the others, and checks most of their rows in bulk.
"""

from collections.abc import Generator, Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple

from csvgate.contracts.model import Contract, Schema
from csvgate.csv.body import without_preamble_and_footer
from csvgate.csv.decoding import open_text
from csvgate.csv.header import Header, header_by_position, read_header
from csvgate.csv.header_rows import count_header_rows, header_rows
from csvgate.csv.lines import read_at_least
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer, Record
from csvgate.csv.signatures import HEAD_BYTES, json_signature
from csvgate.references.keys import KeySets
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.batch import CHUNK_BYTES, Batch, Limits, cells_of_row
from csvgate.validation.faults import FileFault
from csvgate.validation.judge import Judge
from csvgate.validation.rule_path import rule_batches
from csvgate.validation.rules import Rules

VECTOR_BYTES: Final = 384 * 1024
"""Smaller files take the rule path. Importing numpy and pyarrow for the other path would take as
long as checking this many bytes (384 KiB) with the rules."""
BLOCK_BYTES: Final = 4 * 1024 * 1024
"""Bytes that the vectorised path processes at a time: few enough that its arrays stay in the
processor's cache, and enough that the calls to numpy cost little compared with the work (4 MiB)."""

MOST_VECTOR_COLUMNS: Final = 3_000
"""Files of more columns take the rule path. Each column of a block takes about 0.15 ms on the other
path, and a block has too few rows to make up for that."""


def validate(
    pieces: Iterable[bytes],
    contract: Contract,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    references: KeySets = (),
    hash_key: bytes | None = None,
    vector_bytes: int = VECTOR_BYTES,
    block_bytes: int = BLOCK_BYTES,
    processors: int = 1,
    judge: Judge | None = None,
    footer: list[bytes] | None = None,
) -> Generator[Batch, None, None]:
    """Yield batches of about `chunk_bytes` of CSV in the file's order; none for a file of no rows.

    `pieces` are the file's decompressed bytes, divided in any way. `references` has one set of keys
    for each foreign key of the contract (see `csvgate.references.keys`); ValueError if it has not.
    Unique keys are hashed under `hash_key` (see `csvgate.unique.keyed_hash`), or else under a
    random key. The maker of the file must not know it; the rows do not depend on it.
    `judge` computes the contract's expressions (see `csvgate.enrichment.judging`); without it, rows
    that only these would reject are valid. What it raises is passed on.
    With more than one of the `processors`, up to that many threads work at a time on a file that is
    large enough. They read `pieces` ahead until the generator ends or is closed, so close it before
    anything else reads the same stream. Batches and errors do not depend on the number.
    The lines of the footer in UTF-8 are appended to `footer`, if it is given, before the generator
    ends. Memory is a small multiple of `chunk_bytes`. Raises FileFault if the file cannot be loaded
    as a whole. Apart from what `pieces` raises while it is read, that happens before the first
    batch.
    """
    mark, text = open_text(pieces, contract.encoding)
    beginning, rest = read_at_least(text, HEAD_BYTES)
    _require_no_json_rows(beginning, contract)
    pieces = chain([beginning], rest)
    pieces, line = without_preamble_and_footer(pieces, contract.dialect, MAX_RECORD_BYTES, footer)
    head, rest = read_at_least(pieces, vector_bytes)
    start, keyed = None, KeyedHash(hash_key)
    if len(head) >= vector_bytes and _is_vectorisable(contract):
        start = _find_start(head, line, contract)
    if start is not None:
        # The only import of the vectorised path: a small file must not pay for numpy and pyarrow.
        from csvgate.validation.fast.path import vector_batches

        header = _header(start.head, contract, mark, beginning)
        limits = Limits.of(chunk_bytes, cells_of_row(contract.schema_, header))
        pieces = chain([head[start.offset :]], rest)
        yield from vector_batches(
            pieces,
            start.line,
            contract,
            header,
            limits,
            references,
            keyed,
            block_bytes,
            processors,
            judge,
        )
        return
    records = Framer(chain([head], rest), Grammar.of(contract), line=line).records()
    first = header_rows(records, contract.dialect)
    if not first:
        raise FileFault("file.empty", "the file is empty or has only blank lines; check the export")
    header = _header(first, contract, mark, beginning)
    if not contract.dialect.header:
        records = chain(first, records)
    rules = Rules(contract, header, references=references, keyed=keyed)
    limits = Limits.of(chunk_bytes, cells_of_row(contract.schema_, header))
    yield from rule_batches(records, rules, header, limits, judge)


def _require_no_json_rows(beginning: bytes, contract: Contract) -> None:
    """Raise FileFault if a file that should begin with a row begins with JSON. Files with a header
    are refused by `_header`, which knows whether the labels are those of the contract."""
    dialect = contract.dialect
    if dialect.header or dialect.quote_char != '"' or dialect.preamble_lines:
        return
    if dialect.preamble_until is None and (found := json_signature(beginning)):
        raise FileFault("file.not_csv", found.message)


def _header(first: Sequence[Record], contract: Contract, mark: bytes, beginning: bytes) -> Header:
    """Return the header, which consists of the first records if the dialect has one. Raises
    FileFault, and `file.not_csv` instead of a fault of the header if the file begins with JSON."""
    if not contract.dialect.header:
        return header_by_position(contract, mark)
    try:
        return read_header(first, contract, mark)
    except FileFault:
        if found := json_signature(beginning):
            raise FileFault("file.not_csv", found.message) from None
        raise


class _Start(NamedTuple):
    """Where the rows of a file begin."""

    head: list[Record]
    """The rows of the header, or the first row if the dialect does not have one."""
    offset: int
    """The position of the first byte of the rows."""
    line: int
    """The physical line of that byte."""


def _is_vectorisable(contract: Contract) -> bool:
    """Return whether the vectorised path supports the dialect, and is worth it."""
    dialect = contract.dialect
    return (
        len(contract.schema_.fields) <= MOST_VECTOR_COLUMNS
        and dialect.double_quote
        and not dialect.escape_char
        and not dialect.comment_char
        and not dialect.skip_initial_space
        and (dialect.quoted_missing or not _trims(contract.schema_))
        and not dialect.formula_text
        and len(dialect.delimiter) == 1
        and dialect.delimiter.isascii()
    )


def _trims(schema: Schema) -> bool:
    return schema.trim or any(field.trim for field in schema.fields)


def _find_start(head: bytes, line: int, contract: Contract) -> _Start | None:
    """Return None if the rows do not begin within `head`, or its first records are malformed."""
    dialect = contract.dialect
    framer = Framer([head], Grammar(dialect), line=line)
    first = header_rows(framer.records(), dialect)
    if len(first) < count_header_rows(dialect) or any(record.broken for record in first):
        return None
    if not dialect.header:
        return _Start(first, 0, line)
    passed = head.splitlines(keepends=True)[: framer.line - line]
    offset = sum(map(len, passed))
    return _Start(first, offset, framer.line) if offset < len(head) else None
