"""DuckDB as a calculator: no files, no network, no extensions, no settings left to change."""

import json
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import duckdb

from csvgate.runtime.errors import Transient

if TYPE_CHECKING:
    import pyarrow as pa

SqlError = duckdb.Error
CHUNK: Final = "chunk"
"""The name under which a query sees the Arrow table it is given."""
Node = dict[str, Any]
"""DuckDB's syntax tree, as its json_serialize_sql writes it."""

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "memory_limit": "512MB",
    # One thread: the function's few cores are shared, and rows stay in the order of the chunk.
    "threads": 1,
    "preserve_insertion_order": True,
    # Division by zero, the root of -1 and the like are errors, not infinity or NaN.
    "ieee_floating_point_ops": False,
}
_SETUP: Final = (
    # Otherwise the machine's time zone would decide which day a TIMESTAMP is on.
    "SET TimeZone = 'UTC'",
    # BigQuery's spellings that DuckDB lacks.
    "CREATE TYPE float64 AS DOUBLE",
    "CREATE TYPE bytes AS BLOB",
    # Exact n / d, halves away from zero, for whole numbers; `//` cuts towards zero.
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
        """Run a query over `chunk`, which keeps its order of rows."""
        with self._turn:
            try:
                self._connection.register(CHUNK, chunk)
                try:
                    return self._connection.sql(sql).to_arrow_table()
                finally:
                    self._connection.unregister(CHUNK)
            except (duckdb.FatalException, duckdb.InternalException) as error:
                # The database refuses everything from here on: the retry gets a new one.
                shared.cache_clear()
                raise Transient(
                    "derive.engine", f"DuckDB failed: {type(error).__name__}"
                ) from error

    def types(self, sql: str) -> list[str]:
        """The types of a query's columns, without running it."""
        with self._turn:
            return [str(kind) for kind in self._connection.sql(sql).types]

    def parse(self, sql: str) -> Node:
        """The syntax tree, or its `error_message`, of one or more SELECT statements."""
        found: Node = json.loads(self._value("SELECT json_serialize_sql(?)", sql))
        return found

    def unparse(self, tree: Node) -> str:
        return self._value("SELECT json_deserialize_sql(?::JSON)", json.dumps(tree))

    def _value(self, sql: str, argument: str) -> str:
        with self._turn:
            # To the last row: DuckDB counts a result not read to its end as still in use.
            [[value]] = self._connection.execute(sql, [argument]).fetchall()
        return str(value)


@cache
def shared() -> LockedDuckDB:
    """The instance's one database; opening it takes some 20 ms, so it is kept."""
    return LockedDuckDB()
