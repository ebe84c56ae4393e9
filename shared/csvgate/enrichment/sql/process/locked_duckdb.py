"""DuckDB as a calculator: without files, network, extensions, or settings that can be changed.

Only the process of `duckdb_child` imports this module.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import duckdb

from csvgate.enrichment.sql.process.duckdb_errors import binding_error, row_error
from csvgate.enrichment.sql.process.engine import CHUNK, RESULT_BYTES, Node
from csvgate.enrichment.sql.process.engine_errors import EngineTooSlow, SqlError

if TYPE_CHECKING:
    import pyarrow as pa

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
_UNREADABLE: Final = "a function does not accept the bytes of a text"


class LockedDuckDB:
    """One in-memory database. Raises SqlError, and EngineTooSlow when a statement was interrupted.
    After any other exception of DuckDB the database cannot be used any more."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:", config=_CONFIG)
        for statement in _SETUP:
            self._connection.execute(statement)

    def warm_up(self) -> None:
        """Load what the first query needs, so that the memory it takes is not a query's."""
        import pyarrow as pa

        self.select(f"SELECT v FROM {CHUNK}", pa.table({"v": [1]}), 60)  # noqa: S608 - no input

    def select(self, sql: str, chunk: "pa.Table", seconds: float) -> "pa.Table":
        """Run a query over the table `chunk`. The result has the rows in the same order."""
        self._connection.register(CHUNK, chunk)
        try:
            with self._interrupted_after(seconds):
                found: pa.Table = self._connection.sql(sql).to_arrow_table()
        except (duckdb.FatalException, duckdb.InternalException):
            # DuckDB refuses every statement after this.
            raise
        except duckdb.InterruptException:
            raise EngineTooSlow from None
        except (duckdb.OutOfMemoryException, MemoryError):
            raise SqlError("it needs more memory than expressions may use") from None
        except UnicodeDecodeError:
            # A message that quotes one byte of a longer character, as that of from_hex does.
            raise SqlError(_UNREADABLE) from None
        except duckdb.Error as error:
            raise SqlError(row_error(error)) from None
        finally:
            self._connection.unregister(CHUNK)
        if found.nbytes > RESULT_BYTES:
            raise SqlError(f"its results take over {RESULT_BYTES // 2**20} MiB")
        return found

    def types(self, sql: str) -> list[str]:
        """Return the types of a query's columns. Does not run the query."""
        try:
            return [str(kind) for kind in self._connection.sql(sql).types]
        except UnicodeDecodeError:
            raise SqlError(_UNREADABLE) from None
        except duckdb.Error as error:
            raise SqlError(binding_error(error)) from None

    def parse(self, sql: str) -> Node:
        """Return the syntax tree, or its `error_message`, of one or more SELECT statements."""
        found: Node = json.loads(self._value("SELECT json_serialize_sql(?)", sql))
        return found

    def unparse(self, tree: Node) -> str:
        return self._value("SELECT json_deserialize_sql(?::JSON)", json.dumps(tree))

    def _value(self, sql: str, argument: str) -> str:
        try:
            # Reads to the end: DuckDB counts an unfinished result as still in use.
            [[value]] = self._connection.execute(sql, [argument]).fetchall()
        except duckdb.Error as error:
            raise SqlError(binding_error(error)) from None
        return str(value)

    @contextmanager
    def _interrupted_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
