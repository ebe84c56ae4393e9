"""For each code a small file that has the fault: shown in docs/faults.md, run by the tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from csvgate.contracts.model import Contract


@dataclass(frozen=True, slots=True)
class Example:
    data: bytes
    fields: tuple[Mapping[str, Any], ...] = ({"name": "a"}, {"name": "b"})
    schema: Mapping[str, Any] = field(default_factory=dict)

    def contract(self) -> Contract:
        schema = {"fields": self.fields, **self.schema}
        destination = {"dataset": "d", "table": "t"}
        return Contract.model_validate(
            {"dataset": "example", "match": ["*"], "schema": schema, "destination": destination}
        )


def _one(data: str, **properties: Any) -> Example:
    """A file with one column."""
    return Example(data.encode(), ({"name": "a", **properties},))


_EXAMPLES: Final[dict[str, Example]] = {
    "file.empty": Example(b""),
    "file.encoding": Example("a,b\n".encode("utf-16")),
    "file.not_csv": Example(b"PK\x03\x04\x14\x00"),
    "header.missing_column": Example(b"a\n1\n"),
    "header.extra_column": Example(b"a,b,c\n1,2,3\n"),
    "header.duplicate_column": Example(b"a,b,a\n1,2,3\n"),
    "header.blank_label": Example(b"a,b,\n1,2,\n"),
    "header.unreadable": Example(b'a,"b\n1,2\n'),
    "row.too_few_fields": Example(b"a,b\n1\n"),
    "row.too_many_fields": Example(b"a,b\n1,Main Street 5, York\n"),
    "row.stray_quote": Example(b'a,b\n1,5" pipe\n'),
    "row.unclosed_quote": Example(b'a,b\n1,"two\n2,three\n'),
    "encoding.invalid": Example(b"a,b\n1,caf\xe9\n"),
    "cell.nul": Example(b"a,b\n1,\x00\n"),
    "type.integer": _one("a\n1.5\n", type="integer"),
    "type.number": _one("a\n1_50\n", type="number"),
    "type.boolean": _one("a\nyes\n", type="boolean"),
    "type.date": _one("a\n21.11.2026\n", type="date"),
    "type.time": _one("a\n2 pm\n", type="time"),
    "type.datetime": _one("a\n2026-11-21 14:30\n", type="datetime"),
    "format.email": _one("a\nname@example\n", format="email"),
    "format.uri": _one("a\nexample.com\n", format="uri"),
    "format.uuid": _one("a\n123\n", format="uuid"),
    "constraint.required": Example(
        b"a,b\n1,\n", ({"name": "a"}, {"name": "b", "constraints": {"required": True}})
    ),
    "constraint.unique": _one("a\nx\nx\n", constraints={"unique": True}),
    "constraint.primary_key": Example(b"a,b\n1,2\n1,2\n", schema={"primaryKey": ["a", "b"]}),
    "constraint.min_length": _one("a\nx\n", constraints={"minLength": 2}),
    "constraint.max_length": _one("a\nxyz\n", constraints={"maxLength": 2}),
    "constraint.minimum": _one("a\n0\n", type="integer", constraints={"minimum": 1}),
    "constraint.maximum": _one("a\n10\n", type="integer", constraints={"maximum": 9}),
    "constraint.exclusive_minimum": _one(
        "a\n0\n", type="number", constraints={"exclusiveMinimum": 0}
    ),
    "constraint.exclusive_maximum": _one(
        "a\n1\n", type="number", constraints={"exclusiveMaximum": 1}
    ),
    "constraint.pattern": _one("a\nORD-1\n", constraints={"pattern": "ORD-[0-9]{8}"}),
    "constraint.enum": _one("a\nGreen\n", constraints={"enum": ["red", "green"]}),
    "bigquery.range": _one("a\n9223372036854775808\n", type="integer"),
    "bigquery.scale": _one("a\n1.005\n", type="number", bigquery="NUMERIC(12, 2)"),
    "bigquery.length": _one("a\nabcd\n", bigquery="STRING(3)"),
    "bigquery.time_zone": _one("a\n2026-11-21T14:30:00\n", type="datetime"),
    "bigquery.bytes": _one("a\nnot base64\n", bigquery="BYTES"),
    "bigquery.json": _one("a\n{x: 1}\n", bigquery="JSON"),
}

EXAMPLES: Final[Mapping[str, Example]] = MappingProxyType(_EXAMPLES)
"""By code. Those without one need more than a small file."""
