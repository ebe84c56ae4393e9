"""Parse a reference: a small CSV file that lookups join with the records."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, NoReturn

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Reference
from csvgate.references.cells import WrongCell, digits, parse_cell
from csvgate.references.csv_file import (
    MAX_BYTES,
    WrongReference,
    near_labels,
    read_records,
)
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType
from csvgate.types.bigquery import parse as parse_type

if TYPE_CHECKING:
    import pyarrow as pa

_STRING: Final = BigQueryType("STRING")
_NUMERIC: Final = BigQueryType("NUMERIC")
# A leading zero marks a code such as 007, not a number.
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,28})(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class ReferenceColumn:
    type: BigQueryType
    """The column's type in BigQuery."""
    fit: BigQueryType
    """`type` with only as many digits as the file has, so that expressions multiply without
    overflow."""
    values: "pa.Array"


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    name: str
    object: str
    key: str
    keys: "pa.Array"
    """Unique strings, never null; as many as the rows."""
    lines: Sequence[int]
    """The line where each record starts, from 1."""
    columns: Mapping[str, ReferenceColumn]
    """All columns but the key, in the file's order."""

    @property
    def fits(self) -> Mapping[str, BigQueryType]:
        """The types to compute with, by column."""
        return {name: column.fit for name, column in self.columns.items()}

    def require(self, columns: Sequence[str]) -> None:
        """Raises Permanent `reference.malformed` when a column to add is missing."""
        missing = [name for name in columns if name not in self.columns]
        if missing:
            self.malformed(
                f"line 1: no column {', '.join(missing)}, which the contract adds; "
                f"{near_labels([self.key, *self.columns], missing)}"
            )

    def malformed(self, problem: str) -> NoReturn:
        raise _malformed(self.name, self.object, problem)


def parse_reference(data: bytes, *, name: str, reference: Reference) -> ReferenceTable:
    """Raises Permanent `reference.too_large`, `reference.malformed`."""
    # Checked again here, because parsing takes several times the file's size in memory.
    if len(data) > MAX_BYTES:
        raise Permanent(
            "reference.too_large",
            f"reference {name} ({reference.object}) has {len(data)} bytes, over {MAX_BYTES}: "
            "lookups are for small tables; join large ones in BigQuery",
        )
    try:
        header, cells, lines = _read(data)
        keys = _keys(header, cells, lines, reference.key)
        types = _declared(header, reference)
        columns = {
            label: _column(label, cells[at], types.get(label), lines)
            for at, label in enumerate(header)
            if label != reference.key
        }
    except WrongReference as error:
        raise _malformed(name, reference.object, str(error)) from None
    return ReferenceTable(name, reference.object, reference.key, keys, lines, columns)


def _read(data: bytes) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header, the cells by column, and the first line of each record."""
    records = read_records(data)
    _, header = next(records)
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, row in records:
        lines.append(line)
        rows.append(row)
    cells = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in header]
    return header, cells, lines


def _keys(header: list[str], cells: list[list[str]], lines: Sequence[int], key: str) -> "pa.Array":
    if key not in header:
        raise WrongReference(f"line 1: no key column {key!r}; {near_labels(header, [key])}")
    import pyarrow as pa

    seen: dict[str, int] = {}
    for text, line in zip(cells[header.index(key)], lines, strict=True):
        if not text:
            raise WrongReference(f"line {line}, column {key}: the key is empty; delete the line")
        first = seen.setdefault(text, line)
        if first != line:
            raise WrongReference(f"line {line}, column {key}: repeats the key of line {first}")
    return pa.array(list(seen), pa.utf8())


def _declared(header: list[str], reference: Reference) -> dict[str, BigQueryType]:
    unknown = [label for label in reference.columns if label not in header]
    if unknown:
        raise WrongReference(
            f"line 1: the contract gives types to {', '.join(unknown)}; "
            f"{near_labels(header, unknown)}"
        )
    return {label: parse_type(text) for label, text in reference.columns.items()}


def _column(
    label: str, cells: list[str], declared: BigQueryType | None, lines: Sequence[int]
) -> ReferenceColumn:
    import pyarrow as pa

    kind = declared or _inferred(cells)
    values: list[object] = []
    for text, line in zip(cells, lines, strict=True):
        try:
            values.append(parse_cell(text, kind) if text else None)
        except WrongCell as error:
            raise WrongReference(f"line {line}, column {label}: the cell {error}") from None
    return ReferenceColumn(kind, _fit(kind, cells), pa.array(values, arrow_type(kind)))


def _inferred(cells: list[str]) -> BigQueryType:
    """Return NUMERIC if every value is a plain number; otherwise, and without values, STRING."""
    filled = [text for text in cells if text]
    return _NUMERIC if filled and all(map(_PLAIN_NUMBER.fullmatch, filled)) else _STRING


def _fit(kind: BigQueryType, cells: list[str]) -> BigQueryType:
    if kind.kind not in ("NUMERIC", "BIGNUMERIC") or kind.precision is not None or not any(cells):
        return kind
    sizes = [digits(text) for text in cells if text]
    before, after = reduce(lambda a, b: (max(a[0], b[0]), max(a[1], b[1])), sizes)
    return BigQueryType(kind.kind, precision=max(1, before + after), scale=after)


def _malformed(name: str, path: str, problem: str) -> Permanent:
    return Permanent(
        "reference.malformed",
        f"reference {name} ({path}), {problem}. Correct it, then upload the data file again",
    )
