"""Left-join a chunk with a reference, in the order of the chunk.

Keys are compared as values of the chunk's column type: in a reference, `7` and `07` both match the
INT64 7, and `1.5` and `1.50` match the NUMERIC 1.5. A STRING matches only the identical string.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from csvgate.chunks.arrow import arrow_type
from csvgate.enrichment.rows.references import ReferenceTable
from csvgate.references.cells import WrongCell, parse_cell
from csvgate.types.bigquery import BigQueryType

if TYPE_CHECKING:
    from collections import Counter

    import pyarrow as pa

    from csvgate.enrichment.sql.process.engine import Budget


@dataclass(frozen=True, slots=True)
class PreparedLookup:
    reference: str
    by: str
    keys: "pa.Array"
    """Unique values of the Arrow type of column `by`."""
    columns: "dict[str, pa.Array]"

    def added(
        self,
        chunk: "pa.Table",
        budget: "Budget",  # noqa: ARG002 - only derivations use it
        unknown_keys: "Counter[str] | None",
    ) -> "dict[str, pa.ChunkedArray]":
        """Return the added columns, row for row with `chunk`. Counts in `unknown_keys`, under the
        reference, the keys that it lacks."""
        columns, unknown = self.join(chunk.column(self.by))
        if unknown_keys is not None and unknown:
            unknown_keys[self.reference] += unknown
        return columns

    def join(self, by: "pa.ChunkedArray") -> "tuple[dict[str, pa.ChunkedArray], int]":
        """Return the added columns, null where the key is null or unknown, and the number of
        unknown keys."""
        import pyarrow.compute as pc

        found = pc.index_in(by, value_set=self.keys)
        unknown = int(found.null_count - by.null_count)
        return {name: pc.take(values, found) for name, values in self.columns.items()}, unknown


def prepare_lookup(
    table: ReferenceTable, *, by: str, by_type: BigQueryType, add: Sequence[str]
) -> PreparedLookup:
    """Raises Permanent `reference.malformed` when a key is not a value of `by_type`, two keys are
    the same value, or a column to add is missing."""
    table.require(add)
    return PreparedLookup(
        reference=table.name,
        by=by,
        keys=_typed_keys(table, by, BigQueryType(by_type.kind)),
        columns={name: table.columns[name].values for name in add},
    )


def _typed_keys(table: ReferenceTable, by: str, kind: BigQueryType) -> "pa.Array":
    import pyarrow as pa

    if kind.kind == "STRING":
        return table.keys
    seen: dict[object, int] = {}
    for text, line in zip(table.keys.to_pylist(), table.lines, strict=True):
        try:
            value = parse_cell(text, kind)
        except WrongCell as error:
            table.malformed(
                f"line {line}, column {table.key}: the key {error}; it is compared with column {by}"
            )
        first = seen.setdefault(value, line)
        if first != line:
            table.malformed(
                f"line {line}, column {table.key}: the same {kind} key as in line {first}"
            )
    return pa.array(list(seen), arrow_type(kind))
