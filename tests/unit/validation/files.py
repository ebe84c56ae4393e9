"""Small contracts and files for the tests of the engine."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from csvgate.contracts.model import Contract
from csvgate.validation.batch import CHUNK_BYTES, Batch, RejectedRow
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.validate import validate

Field = Mapping[str, Any]


def contract(*fields: Field | str, **properties: Any) -> Contract:
    """Fields as in YAML, or their names; `schema` adds to the schema, the rest to the contract."""
    listed = [{"name": field} if isinstance(field, str) else field for field in fields]
    schema = {"fields": listed, **properties.pop("schema", {})}
    whole = {
        "dataset": "test",
        "match": ["*"],
        "destination": {"dataset": "d", "table": "t"},
        "schema": schema,
        **properties,
    }
    return Contract.model_validate(whole)


def batches(data: bytes, rules: Contract, chunk_bytes: int = CHUNK_BYTES) -> list[Batch]:
    return list(validate([data], rules, chunk_bytes=chunk_bytes))


def valid_rows(found: Iterable[Batch]) -> list[tuple[int, tuple[object, ...]]]:
    """Line and values of each valid row."""
    return [
        (line, values)
        for batch in found
        for line, values in zip(batch.lines, zip(*batch.columns, strict=True), strict=True)
    ]


def rejected_rows(found: Iterable[Batch]) -> list[RejectedRow]:
    return [row for batch in found for row in batch.rejected]


def faults(data: bytes, rules: Contract) -> list[tuple[int, str | None, str]]:
    """Line, column and code of every fault, row or file."""
    try:
        found = batches(data, rules)
    except FileFault as error:
        return [_short(error.fault)]
    return [_short(fault) for row in rejected_rows(found) for fault in row.faults]


def _short(fault: Fault) -> tuple[int, str | None, str]:
    return fault.line, fault.column, fault.code


def cut(data: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of these sizes, and the rest in a last piece."""
    start = 0
    for size in sizes:
        yield data[start : start + size]
        start += size
    yield data[start:]
