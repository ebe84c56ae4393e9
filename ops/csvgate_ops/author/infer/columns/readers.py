"""Tests a guess with the reader of the engine, so that both agree on what a value is."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from csvgate.contracts.model import SchemaField
from csvgate.types.bigquery import parse
from csvgate.types.common.field_type import CellFault
from csvgate.types.registry import FIELD_TYPES

Read = Callable[[str], Any]


@cache
def reader(type_name: str, bigquery: str | None = None, **properties: object) -> Read:
    """Return what reads a cell of a field, or raises CellFault. Raises ValueError for a property
    that the type does not have."""
    field = SchemaField.model_validate({"name": "x", "type": type_name, **properties})
    kind = FIELD_TYPES[type_name]
    return kind.reader(field, parse(bigquery or kind.default_column)) or str


def reads_all(read: Read, values: Iterable[str]) -> bool:
    """Return whether a reader takes every value."""
    try:
        for value in values:
            read(value)
    except CellFault:
        return False
    return True


def reads(read: Read, value: str) -> bool:
    """Return whether a reader takes the value."""
    return reads_all(read, [value])
