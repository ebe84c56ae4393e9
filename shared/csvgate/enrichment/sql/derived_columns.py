"""Derived columns: SQL expressions over a chunk. When one fails, the failing rows are searched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.checks.column_names import LINE
from csvgate.enrichment.sql.engine_failures import engine_failures
from csvgate.enrichment.sql.expression import compile_expression
from csvgate.enrichment.sql.growth import Size, column_size
from csvgate.enrichment.sql.process.duckdb_process import shared
from csvgate.enrichment.sql.process.engine import CHUNK, CHUNK_SECONDS, RESULT_BYTES, Budget
from csvgate.enrichment.sql.process.engine_errors import SqlError
from csvgate.enrichment.sql.refusal import RefusedExpression
from csvgate.enrichment.sql.result_types import (
    duckdb_type,
    failing_sql,
    quoted,
    result_fit,
    result_sql,
)
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType

if TYPE_CHECKING:
    from collections import Counter

    import pyarrow as pa

_NAMED_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class DerivedColumn:
    name: str
    type: BigQueryType
    fit: BigQueryType
    """`type`, narrowed to the digits the expression can give."""
    text: str
    """The expression as it is in the contract."""
    sql: str
    """The checked expression, cast to the declared type."""
    failing: str
    """SQL that is true for the rows on which `sql` fails."""
    columns: tuple[str, ...]
    size: Size
    """At most how long a value is."""


def prepare_column(
    name: str,
    text: str,
    declared: BigQueryType,
    columns: Mapping[str, BigQueryType],
    derived: Mapping[str, Size],
) -> DerivedColumn:
    """Check one expression. `columns` gives the types to compute with, decimals as narrow as their
    values are known to be; `derived` the sizes of those columns that expressions computed. Raises
    RefusedExpression."""
    types = {column: duckdb_type(kind) for column, kind in columns.items()}
    sizes = {name: column_size(name, kind) for name, kind in columns.items()}
    sizes.update(derived)
    expression = compile_expression(text, types, sizes, shared())
    floats = [used for used in expression.columns if columns[used].kind == "FLOAT64"]
    try:
        sql = result_sql(expression.sql, expression.type, declared, floats)
        failing = failing_sql(expression.sql, expression.type, declared, floats)
    except ValueError as error:
        raise RefusedExpression(str(error)) from None
    fit = result_fit(expression.type, declared)
    used = expression.columns
    return DerivedColumn(name, declared, fit, text, sql, failing, used, expression.size)


@dataclass(slots=True)
class _Search:
    """The first few lines that fail, in order, and why the first of them fails."""

    lines: list[int] = field(default_factory=list)
    reason: str = ""
    size: int = 0
    """Bytes of the results so far."""


@dataclass(frozen=True, slots=True)
class DeriveStep:
    """Columns that are computed together, because none of them uses another."""

    columns: tuple[DerivedColumn, ...]
    inputs: Mapping[str, BigQueryType]
    """The columns that the expressions use, and the types to compute with."""

    def added(
        self,
        chunk: "pa.Table",
        budget: Budget,
        unknown_keys: "Counter[str] | None",  # noqa: ARG002 - only lookups use it
    ) -> "dict[str, pa.ChunkedArray]":
        """Return the same as `compute`."""
        return self.compute(chunk, budget)

    def compute(self, chunk: "pa.Table", budget: Budget) -> "dict[str, pa.ChunkedArray]":
        """Return the derived columns, row for row with `chunk`. Raises Permanent `derive.failed`,
        `derive.too_slow`, `derive.crashed` and `chunk.malformed`."""
        narrow = self.narrow(chunk)
        with engine_failures(_first_line(chunk), self.texts(), CHUNK_SECONDS):
            try:
                found = self.select(self.columns, narrow, budget)
            except SqlError:
                return {c.name: self._one_by_one(c, narrow, budget) for c in self.columns}
            return {c.name: found.column(c.name).cast(arrow_type(c.type)) for c in self.columns}

    def select(
        self, columns: tuple[DerivedColumn, ...], rows: "pa.Table", budget: Budget
    ) -> "pa.Table":
        """Compute some of the columns over rows of `narrow`. Raises SqlError if it fails on any
        row."""
        return self._run([f"{c.sql} AS {quoted(c.name)}" for c in columns], rows, budget)

    def failing(self, rows: "pa.Table", budget: Budget) -> "pa.Table":
        """Return for each column on which rows of `narrow` it fails. Raises SqlError if that takes
        too much memory."""
        return self._run([f"{c.failing} AS {quoted(c.name)}" for c in self.columns], rows, budget)

    def _run(self, named: list[str], rows: "pa.Table", budget: Budget) -> "pa.Table":
        # `_line` names failing rows here; there it would only be copied.
        used = rows.drop_columns([LINE]) if self.inputs else rows
        return shared().select(_query(named), used, budget)

    def texts(self) -> str:
        """Return the names and expressions of the columns, for messages."""
        return ", ".join(f"{c.name} = {c.text:.200}" for c in self.columns)

    def narrow(self, chunk: "pa.Table") -> "pa.Table":
        """Return the columns that are used, with decimals cast to their narrow types: DuckDB
        multiplies these without overflow. `_line` keeps the number of rows when no column is
        used."""
        import pyarrow as pa

        columns = {LINE: chunk.column(LINE)}
        for name, kind in self.inputs.items():
            values = chunk.column(name)
            if kind.precision is not None:
                try:
                    values = values.cast(pa.decimal128(kind.precision, kind.scale))
                except pa.ArrowInvalid:
                    raise Permanent(
                        "chunk.malformed", f"column {name} has a value that does not fit {kind}"
                    ) from None
            columns[name] = values
        return pa.table(columns)

    def _one_by_one(
        self, column: DerivedColumn, narrow: "pa.Table", budget: Budget
    ) -> "pa.ChunkedArray":
        """Compute the column in parts, which succeeds if only DuckDB's memory was too small for the
        chunk. Raises Permanent `derive.failed` naming the lines that fail."""
        import pyarrow as pa

        search = _Search()
        parts = self._bisect(column, narrow, search, budget)
        if search.lines:
            more = " and others" if len(search.lines) == _NAMED_LINES else ""
            raise Permanent(
                "derive.failed",
                f"{column.name} = {column.text} as {column.type} fails on "
                f"line{'s' if len(search.lines) > 1 else ''} "
                f"{', '.join(map(str, search.lines))}{more}: {search.reason}. Correct the "
                "expression, or keep such values out by a constraint, then upload the file again",
            )
        return pa.chunked_array(parts, arrow_type(column.type))

    def _bisect(
        self, column: DerivedColumn, rows: "pa.Table", search: _Search, budget: Budget
    ) -> "list[pa.Array]":
        if len(search.lines) == _NAMED_LINES:
            return []
        try:
            found = self.select((column,), rows, budget).column(column.name)
        except SqlError as error:
            if rows.num_rows <= 1:
                search.reason = search.reason or str(error)
                search.lines.extend(rows.column(LINE).to_pylist())
                return []
        else:
            search.size += found.nbytes
            if search.size > RESULT_BYTES:
                raise Permanent(
                    "derive.failed",
                    f"{column.name} = {column.text} as {column.type} takes over "
                    f"{RESULT_BYTES // 2**20} MiB for the rows of one chunk. Correct the "
                    "expression, then upload the file again",
                )
            return list(found.cast(arrow_type(column.type)).chunks)
        half = rows.num_rows // 2
        first = self._bisect(column, rows.slice(0, half), search, budget)
        return first + self._bisect(column, rows.slice(half), search, budget)


def _first_line(chunk: "pa.Table") -> int:
    return int(chunk.column(LINE)[0].as_py()) if chunk.num_rows else 0


def _query(named: list[str]) -> str:
    return f"SELECT {', '.join(named)} FROM {CHUNK}"  # noqa: S608 - checked expressions
