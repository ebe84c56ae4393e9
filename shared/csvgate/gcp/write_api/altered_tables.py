"""Waits, bounded, until the Storage Write API knows the columns of a table that was altered.

After ALTER TABLE the API works with the earlier columns for some minutes. A stream that is created
meanwhile refuses rows with a new column, or values that only the new type can hold.
"""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from google.cloud.bigquery_storage_v1.types import TableFieldSchema, TableSchema

from csvgate.gcp.columns import differences
from csvgate.ports import Column, TableSpec
from csvgate.runtime.errors import Transient

T = TypeVar("T")

WAIT_SECONDS: Final = 45.0
"""How long a delivery waits. A longer wait would occupy an instance for what the platform's retries
do as well: with their backoff they last much longer than the minutes that BigQuery needs."""
_PAUSES: Final = (3.0, 6.0, 12.0, 24.0)
"""Seconds between two tries, WAIT_SECONDS in all. Each try to create a stream leaves one that
expires unused, so they are few."""
_SCHEMA: Final = "table.schema"
_MODES: Any = TableFieldSchema.Mode
_KINDS: Any = TableFieldSchema.Type  # proto-plus makes its members at run time
_NAMES: Final = {"DOUBLE": "FLOAT64", "STRUCT": "RECORD"}
_TYPES: Final = {each.value: _NAMES.get(each.name, each.name) for each in _KINDS}
"""The names of types in DDL, by their numbers in the API."""


class AlteredTables:
    """Repeats calls that fail with `table.schema`. `sleep` waits for a number of seconds."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def __call__(self, call: Callable[[], T]) -> T:
        """Return what `call` returns. It must have changed nothing when it raises Transient
        `table.schema`, which is raised after the last try."""
        for pause in _PAUSES:
            try:
                return call()
            except Transient as failure:
                if failure.code != _SCHEMA:
                    raise
            self._sleep(pause)
        return call()


def require_columns(spec: TableSpec, found: TableSchema) -> None:
    """Raise Transient `table.schema` if the API, which has answered with these columns of the
    table, does not know those of `spec` yet. An emulator answers without columns."""
    if not found.fields:
        return
    if unseen := differences(spec, [as_column(field) for field in found.fields]):
        raise Transient(
            _SCHEMA,
            f"table {spec.id} has the columns of the contract, but BigQuery's Storage Write API"
            f" still has earlier ones: {'; '.join(unseen)}. It needs some minutes after ALTER"
            " TABLE; nothing was written, and a retry continues",
        )


def as_column(field: Any) -> Column:
    """Return a column as the Storage Write API describes it."""
    # From the message itself, because the wrapper warns about a type that it does not know.
    type_ = _TYPES.get(TableFieldSchema.pb(field).type_, "UNKNOWN")
    if field.max_length:
        type_ += f"({field.max_length})"
    elif field.precision:
        type_ += f"({field.precision}, {field.scale})"
    if field.mode == _MODES.REPEATED:
        type_ = f"ARRAY<{type_}>"
    return Column(field.name, type_, field.mode == _MODES.REQUIRED)
