"""The interface of DuckDB to the rest of the function, whichever process runs it."""

from typing import TYPE_CHECKING, Any, Final, Protocol

from csvgate.light_dataclass import dataclass

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK: Final = "chunk"
"""The name under which a query sees the Arrow table it is given."""
RESULT_BYTES: Final = 128 * 1024 * 1024
"""The most bytes of the columns that one step derives for one chunk."""
CHUNK_SECONDS: Final = 60.0
"""How long the expressions of one chunk may take."""
MEMORY_BYTES: Final = 768 * 1024 * 1024
"""The address space of DuckDB's process beyond what it takes before its first chunk (768 MiB)."""
Node = dict[str, Any]
"""DuckDB's syntax tree, as its json_serialize_sql writes it."""


@dataclass(slots=True)
class Budget:
    """The time that the expressions of one chunk may still take. It does not pass while another
    request's query runs."""

    seconds: float = CHUNK_SECONDS


class Engine(Protocol):
    """Raises SqlError, EngineTooSlow and EngineCrashed; Transient `derive.engine` if DuckDB cannot
    be started."""

    def select(self, sql: str, chunk: "pa.Table", budget: Budget) -> "pa.Table":
        """Run a query over the table `chunk`, and take its time from the budget. The result has the
        rows in the same order."""

    def types(self, sql: str) -> list[str]:
        """Return the types of a query's columns. Does not run the query."""

    def parse(self, sql: str) -> Node:
        """Return the syntax tree, or its `error_message`, of one or more SELECT statements."""

    def unparse(self, tree: Node) -> str:
        """Return the SQL of a syntax tree."""
