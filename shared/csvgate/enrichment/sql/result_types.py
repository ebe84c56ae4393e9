"""Map BigQuery types to DuckDB's: the type of a column in an expression, and of a result.

A result is converted to its declared type only if that loses at most fraction digits, which are
rounded half away from zero, as BigQuery's own CAST does. Any other conversion needs a CAST in the
expression, so that its author decides.
"""

import re
from collections.abc import Sequence
from typing import Final

from csvgate.types.bigquery import BigQueryType

_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_INTEGERS: Final = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
)
_DIRECT: Final = {
    "STRING": "VARCHAR", "JSON": "VARCHAR", "GEOGRAPHY": "VARCHAR", "BYTES": "BLOB",
    "INT64": "BIGINT", "FLOAT64": "DOUBLE", "BOOL": "BOOLEAN", "DATE": "DATE", "TIME": "TIME",
    "DATETIME": "TIMESTAMP", "TIMESTAMP": "TIMESTAMP WITH TIME ZONE",
}  # fmt: skip
_NULL: Final = '"NULL"'
"""DuckDB's type of an expression that is always NULL."""
_WIDTH: Final = 38
"""Digits of DuckDB's widest decimal."""


def quoted(name: str) -> str:
    """Return a column's name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def decimal_of(duckdb_type: str) -> tuple[int, int] | None:
    """Width and scale of a decimal or integer type; None for any other."""
    found = _DECIMAL.fullmatch(duckdb_type)
    if found:
        return int(found[1]), int(found[2])
    return (_WIDTH, 0) if duckdb_type in _INTEGERS else None


def is_decimal(duckdb_type: str) -> bool:
    return _DECIMAL.fullmatch(duckdb_type) is not None


def duckdb_type(kind: BigQueryType) -> str | None:
    """Return the DuckDB type of a column; None when DuckDB's decimals are too narrow for it."""
    if kind.kind in _DIRECT:
        return _DIRECT[kind.kind]
    if kind.precision is not None:
        return f"DECIMAL({kind.precision},{kind.scale})" if kind.precision <= _WIDTH else None
    return "DECIMAL(38,9)" if kind.kind == "NUMERIC" else None


def result_fit(found: str, declared: BigQueryType) -> BigQueryType:
    """Return `declared`, narrowed to the digits a result of type `found` can have."""
    number = decimal_of(found)
    if number is None or declared.kind not in ("NUMERIC", "BIGNUMERIC"):
        return declared
    scale = min(declared.fraction_digits, number[1])
    return BigQueryType(
        declared.kind, precision=max(1, min(_WIDTH, declared.integer_digits + scale)), scale=scale
    )


def result_sql(value: str, found: str, declared: BigQueryType, floats: Sequence[str]) -> str:
    """Return SQL that turns `value` of DuckDB type `found` into the declared type, or fails on the
    row. `floats` names the FLOAT64 columns that the expression uses. Raises ValueError when the
    author must write a CAST."""
    cast = _cast(value, found, declared)
    problem = None if found == _NULL else _problem(cast, declared, floats)
    if problem is None:
        return cast
    condition, message = problem
    return f"CASE WHEN {condition} THEN error('{message}') ELSE {cast} END"


def failing_sql(value: str, found: str, declared: BigQueryType, floats: Sequence[str]) -> str:
    """Return SQL that is true for the rows on which that of `result_sql` fails, false for others,
    and never fails itself. DuckDB refuses TRY around `error`. Raises ValueError as `result_sql`
    does."""
    cast = _cast(value, found, declared)
    problem = None if found == _NULL else _problem(cast, declared, floats)
    if problem is None:
        return f"TRY(struct_pack(v := {cast})) IS NULL"
    tried = f"TRY(struct_pack(f := coalesce({problem[0]}, false), v := {cast}))"
    return f"coalesce(struct_extract({tried}, 'f'), true)"


def _cast(value: str, found: str, declared: BigQueryType) -> str:
    if found == _NULL:
        return f"CAST({value} AS {duckdb_type(result_fit('BIGINT', declared))})"
    if not _assignable(found, declared):
        raise ValueError(_unassignable(found, declared))
    target = duckdb_type(result_fit(found, declared))
    return value if found == target else f"CAST({value} AS {target})"


def _assignable(found: str, declared: BigQueryType) -> bool:
    number = decimal_of(found)
    match declared.kind:
        case "NUMERIC" | "BIGNUMERIC":
            return number is not None
        case "INT64":
            return number is not None and number[1] == 0
        case "FLOAT64":
            return number is not None or found in ("DOUBLE", "FLOAT")
        case "JSON":
            return found in ("VARCHAR", "JSON")
        case _:
            return found == _DIRECT[declared.kind]


def _unassignable(found: str, declared: BigQueryType) -> str:
    target = duckdb_type(declared) or "DECIMAL(38, 9)"
    why = ""
    if declared.kind in ("NUMERIC", "BIGNUMERIC") and found in ("DOUBLE", "FLOAT"):
        why = ", floating point and not exact"
    elif declared.kind == "INT64" and is_decimal(found):
        why = ", which has a fraction"
    elif declared.kind == "TIMESTAMP" and found in ("TIMESTAMP", "DATE"):
        return f"gives {found}, without a time zone: write (…) AT TIME ZONE 'UTC' if it is in UTC"
    return f"gives {found}{why}, not {declared}: write CAST(… AS {target}) if you want that"


def _problem(value: str, declared: BigQueryType, floats: Sequence[str]) -> tuple[str, str] | None:
    """Return an SQL condition for values that DuckDB can hold and BigQuery cannot, and the error
    message, which does not quote the value."""
    match declared.kind:
        case "STRING" if declared.length is not None:
            return f"length({value}) > {declared.length}", f"the string is too long for {declared}"
        case "BYTES" if declared.length is not None:
            return f"octet_length({value}) > {declared.length}", f"too many bytes for {declared}"
        case "JSON":
            return f"NOT json_valid({value})", "the string is not JSON"
        case "DATE":
            return f"{value} NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'", _outside(
                declared
            )
        case "DATETIME" | "TIMESTAMP":
            day = f"CAST({value} AS DATE)"
            return f"{day} NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'", _outside(declared)
        case "TIME":
            return (
                f"{value} = TIME '24:00:00'",
                "the time is midnight at the end of a day, which TIME cannot hold",
            )
        case "FLOAT64":
            # Infinity is a valid result for infinite inputs; for finite inputs it is an overflow.
            finite = [f"isfinite({value}) = false"]
            finite += [f"coalesce(isfinite({quoted(name)}), true)" for name in floats]
            return " AND ".join(finite), "the number is too large for FLOAT64"
        case _:
            return None


def _outside(declared: BigQueryType) -> str:
    return f"the year is outside the range of {declared}"
