"""DuckDB as a calculator: without files, network, extensions, or settings that can be changed."""

import json
import re
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import duckdb

from csvgate.runtime.errors import Transient
from csvgate.text import shorten

if TYPE_CHECKING:
    import pyarrow as pa

SqlError = duckdb.Error
CHUNK: Final = "chunk"
"""The name under which a query sees the Arrow table it is given."""
Node = dict[str, Any]
"""DuckDB's syntax tree, as its json_serialize_sql writes it."""

_QUOTED: Final = re.compile(r"(['\"]).*(['\"])|['\"].*$")
# Digits that name a type (INT64, DECIMAL(12,2)) describe the contract; all others may be data.
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9_(,])[-+]?\d[\d.,eE+-]*(?!\))|\((?!\d+(,\d+)?\)).*\)")
_LONGEST: Final = 200
"""Characters of an error message."""

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "memory_limit": "512MB",
    # One thread: the function has few cores, and the rows keep the order of the chunk.
    "threads": 1,
    "preserve_insertion_order": True,
    # Division by zero and the root of -1 are errors, not infinity or NaN.
    "ieee_floating_point_ops": False,
}
_SETUP: Final = (
    # Otherwise the day of a TIMESTAMP would depend on the machine's time zone.
    "SET TimeZone = 'UTC'",
    # BigQuery's spellings that DuckDB lacks.
    "CREATE TYPE float64 AS DOUBLE",
    "CREATE TYPE bytes AS BLOB",
    # Exact n / d of integers, halves rounded away from zero; `//` truncates towards zero.
    "CREATE MACRO csvgate_divide(n, d) AS (2 * n + sign(n) * abs(d)) // (2 * d)",
    "SET lock_configuration = true",
)


class LockedDuckDB:
    """One in-memory database, used by one thread at a time. Raises `SqlError`."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:", config=_CONFIG)
        self._turn = threading.Lock()
        for statement in _SETUP:
            self._connection.execute(statement)

    def select(self, sql: str, chunk: "pa.Table") -> "pa.Table":
        """Run a query over the table `chunk`. The result has the rows in the same order."""
        with self._turn:
            try:
                self._connection.register(CHUNK, chunk)
                try:
                    return self._connection.sql(sql).to_arrow_table()
                finally:
                    self._connection.unregister(CHUNK)
            except (duckdb.FatalException, duckdb.InternalException) as error:
                # DuckDB refuses every statement after this; a retry opens a new database.
                shared.cache_clear()
                raise Transient(
                    "derive.engine", f"DuckDB failed: {type(error).__name__}"
                ) from error

    def types(self, sql: str) -> list[str]:
        """Return the types of a query's columns. Does not run the query."""
        with self._turn:
            return [str(kind) for kind in self._connection.sql(sql).types]

    def parse(self, sql: str) -> Node:
        """Return the syntax tree, or its `error_message`, of one or more SELECT statements."""
        found: Node = json.loads(self._value("SELECT json_serialize_sql(?)", sql))
        return found

    def unparse(self, tree: Node) -> str:
        return self._value("SELECT json_deserialize_sql(?::JSON)", json.dumps(tree))

    def _value(self, sql: str, argument: str) -> str:
        with self._turn:
            # Reads to the end: DuckDB counts an unfinished result as still in use.
            [[value]] = self._connection.execute(sql, [argument]).fetchall()
        return str(value)


@cache
def shared() -> LockedDuckDB:
    """Return the database of this instance, kept because opening one takes about 20 ms."""
    return LockedDuckDB()


def binding_error(error: Exception) -> str:
    """Return the first line of an error in binding an expression, with the names it mentions."""
    return shorten(_first_line(error), _LONGEST)


def row_error(error: Exception) -> str:
    """Return the first line of an error in computing rows, without the values that it quotes: it
    ends up in logs and dead letters."""
    first = _first_line(error)
    if "division by zero" in first.lower():
        return "division by zero"
    # After a colon DuckDB repeats input without quotes.
    first = _NUMBER.sub("…", _QUOTED.sub("…", first)).partition(": ")[0]
    return shorten(first.rstrip(" …!.:"), _LONGEST)


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    for start in ("Use TRY(", "You might want to", "Either add a cast to DOUBLE"):
        text = text.partition(start)[0]
    kind, colon, words = text.partition(" Error: ")
    return (words if colon and len(kind) < 30 else text).strip()
