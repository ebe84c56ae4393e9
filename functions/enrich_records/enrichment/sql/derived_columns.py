"""Derived columns: SQL expressions over a chunk. When one fails, the failing rows are searched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.checks.column_names import LINE
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType
from enrichment.sql.expression import compile_expression
from enrichment.sql.locked_duckdb import CHUNK, SqlError, row_error, shared
from enrichment.sql.result_types import duckdb_type, quoted, result_fit, result_sql
from enrichment.sql.syntax_check import RefusedExpression

if TYPE_CHECKING:
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
    columns: tuple[str, ...]


def prepare_column(
    name: str, text: str, declared: BigQueryType, columns: Mapping[str, BigQueryType]
) -> DerivedColumn:
    """Check one expression. `columns` gives the types to compute with, decimals as narrow as their
    values are known to be. Raises RefusedExpression."""
    types = {column: duckdb_type(kind) for column, kind in columns.items()}
    expression = compile_expression(text, types, shared())
    floats = [used for used in expression.columns if columns[used].kind == "FLOAT64"]
    try:
        sql = result_sql(expression.sql, expression.type, declared, floats)
    except ValueError as error:
        raise RefusedExpression(str(error)) from None
    fit = result_fit(expression.type, declared)
    return DerivedColumn(name, declared, fit, text, sql, expression.columns)


@dataclass(slots=True)
class _Search:
    """The first few lines that fail, in order, and why the first of them fails."""

    lines: list[int] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeriveStep:
    """Columns that are computed together, because none of them uses another."""

    columns: tuple[DerivedColumn, ...]
    inputs: Mapping[str, BigQueryType]
    """The columns that the expressions use, and the types to compute with."""

    def compute(self, chunk: "pa.Table") -> "dict[str, pa.ChunkedArray]":
        """Return the derived columns, row for row with `chunk`. Raises Permanent `derive.failed`
        and `chunk.malformed`."""
        narrow = self._narrow(chunk)
        try:
            found = shared().select(_query(self.columns), narrow)
        except SqlError:
            return {c.name: self._one_by_one(c, narrow) for c in self.columns}
        return {c.name: found.column(c.name).cast(arrow_type(c.type)) for c in self.columns}

    def _narrow(self, chunk: "pa.Table") -> "pa.Table":
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

    def _one_by_one(self, column: DerivedColumn, narrow: "pa.Table") -> "pa.ChunkedArray":
        """Compute the column in parts, which succeeds if only DuckDB's memory was too small for the
        chunk. Raises Permanent `derive.failed` naming the lines that fail."""
        import pyarrow as pa

        search = _Search()
        parts = self._bisect(column, narrow, search)
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

    def _bisect(self, column: DerivedColumn, rows: "pa.Table", search: _Search) -> "list[pa.Array]":
        if len(search.lines) == _NAMED_LINES:
            return []
        try:
            found = shared().select(_query((column,)), rows).column(column.name)
            return list(found.cast(arrow_type(column.type)).chunks)
        except SqlError as error:
            if rows.num_rows <= 1:
                search.reason = search.reason or row_error(error)
                search.lines.extend(rows.column(LINE).to_pylist())
                return []
        half = rows.num_rows // 2
        first = self._bisect(column, rows.slice(0, half), search)
        return first + self._bisect(column, rows.slice(half), search)


def _query(columns: tuple[DerivedColumn, ...]) -> str:
    named = [f"{c.sql} AS {quoted(c.name)}" for c in columns]
    return f"SELECT {', '.join(named)} FROM {CHUNK}"  # noqa: S608 - checked expressions
