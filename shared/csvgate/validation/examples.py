"""A small file for each fault code, which docs/faults.md shows and the tests run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from csvgate.contracts.model import Contract
from csvgate.csv.records import MAX_RECORD_BYTES
from csvgate.types.registry import FIELD_TYPES
from csvgate.validation.example_archives import workbook, zip_of_tables


@dataclass(frozen=True, slots=True)
class Example:
    """A file and the contract under which it has exactly one fault."""

    data: bytes
    fields: tuple[Mapping[str, Any], ...] = ({"name": "a"}, {"name": "b"})
    schema: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    """Reference files as CSV text, by name. The first column is the key."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Other properties of the contract."""

    def contract(self) -> Contract:
        schema = {"fields": self.fields, **self.schema}
        destination = {"dataset": "d", "table": "t"}
        references = {
            name: {"object": f"{name}.csv", "key": text.split("\n")[0].split(",")[0]}
            for name, text in self.references.items()
        }
        return Contract.model_validate(
            {
                "dataset": "example",
                "match": ["*"],
                "schema": schema,
                "destination": destination,
                "references": references,
                **self.properties,
            }
        )


_BACKSLASH: Final = {"dialect": {"escapeChar": "\\"}}


def _one(data: str, **properties: Any) -> Example:
    """Return an example with a single column."""
    return Example(data.encode(), ({"name": "a", **properties},))


def _examples_of_types() -> Iterator[tuple[str, Example]]:
    """Yield an example for each code of a field type, with the faulty cell the type declares."""
    for name, kind in FIELD_TYPES.items():
        for fault in kind.faults:
            properties = {"type": name, "format": fault.format}
            defaults = {"type": "string", "format": "default"}
            given = {key: v for key, v in properties.items() if v != defaults[key]}
            example = f"a\n{_quoted(fault.example)}\n"
            yield fault.code, _one(example, **given, **fault.properties)


def _quoted(cell: str) -> str:
    quoted = '"' + cell.replace('"', '""') + '"'
    return quoted if any(char in cell for char in ',"\n') else cell


_GZIP: Final = bytes.fromhex("1f8b08000000000002034bd449e232d4311a161800f7e381aecc000000")
"""A header and 50 rows, as fixed bytes because versions of zlib compress differently."""
_XZ: Final = bytes.fromhex(
    "fd377a585a000004e6d6b446020021010c0000008f98419c"  # pragma: allowlist secret
    "010007612c620a312c320a00be9cbd49b5122afe00012008"  # pragma: allowlist secret
    "bb19d9bb1fb6f37d010000000004595a"  # pragma: allowlist secret
)
"""A header and a row."""
_LARGE_XZ: Final = _XZ[:12] + bytes.fromhex("0200210128000000e6a011b3") + _XZ[24:]
"""The same, with a header that asks for 4 GiB of memory."""
_TOTALS: Final = {
    "dialect": {"footerFrom": "^Total"},
    "totals": {"pattern": "^Total: (?P<rows>[0-9]+) rows; (?P<amount>[0-9.]+)$"},
}
_EXAMPLES: Final[dict[str, Example]] = {
    "file.empty": Example(b""),
    "file.encoding": Example("a,b\n1,2\n".encode("utf-16-le")),
    "file.text_truncated": Example("a,b\n1,2\n".encode("utf-16")[:-1]),
    "file.not_csv": Example(b"%PDF-1.7\n"),
    "file.expands_too_far": Example(_GZIP, properties={"limits": {"max_bytes": 100}}),
    "file.gzip_truncated": Example(_GZIP[:-10]),
    "file.gzip_corrupt": Example(_GZIP + b"1,2\n"),
    "file.compressed_truncated": Example(_XZ[:-10]),
    "file.compressed_corrupt": Example(_XZ + b"1,2\n3,4\n5,6\n"),
    "file.compressed_memory": Example(_LARGE_XZ),
    "file.zip_member": Example(zip_of_tables("may.csv", "june.csv")),
    "file.zip_encrypted": Example(zip_of_tables("may.csv", flags=1)),
    "file.zip_method": Example(zip_of_tables("may.csv", method=9)),
    "file.zip_too_large": Example(zip_of_tables(*(f"{number:060000}.csv" for number in range(18)))),
    "file.workbook_sheet": Example(workbook(sheets=("Orders", "Prices"))),
    "file.workbook_formula": Example(workbook("<c><v>1</v></c>", "<c><f>A2*1.25</f></c>")),
    "file.workbook_cell": Example(
        workbook("<c><v>1</v></c>", '<c t="str"><v>Oslo, Norway</v></c>'),
        properties={"dialect": {"quoteChar": None}},
    ),
    "file.workbook_too_large": Example(workbook(size=1 << 31)),
    "file.workbook_damaged": Example(workbook('<c t="s"><v>7</v></c>')),
    "file.total_differs": Example(
        b"article,amount\nlamp,12.50\nchair,40.00\nTotal: 3 rows; 60.50\n",
        ({"name": "article"}, {"name": "amount", "type": "number"}),
        properties=_TOTALS,
    ),
    "file.total_missing": Example(
        b"article,amount\nlamp,12.50\nchair,40.00\n",
        ({"name": "article"}, {"name": "amount", "type": "number"}),
        properties=_TOTALS,
    ),
    "header.missing_column": Example(
        b"id,e-mail\n1,ann@example.com\n", ({"name": "id"}, {"name": "email"})
    ),
    "header.wrong_delimiter": Example(b"a;b\n1;2\n"),
    "header.not_found": Example(
        b"Report of May\nNumber,Name\n1,x\n", properties={"dialect": {"preambleUntil": "^a,b"}}
    ),
    "header.extra_column": Example(b"a,b,c\n1,2,3\n"),
    "header.column_order": Example(b"b,a\n1,2\n", schema={"fieldsMatch": "exact"}),
    "header.duplicate_column": Example(b"a,b,A\n1,2,3\n"),
    "header.blank_label": Example(b"a,b,\n1,2,\n"),
    "header.unreadable": Example(b'a,"b\n1,2\n'),
    "row.too_few_fields": Example(b"a,b\n1\n"),
    "row.too_many_fields": Example(b"a,b\n1,Main Street 5, York\n"),
    "row.repeated_header": Example(b"a,b\n1,2\na,b\n3,4\n"),
    "row.stray_quote": Example(b'a,b\n1,5" pipe\n'),
    "row.unclosed_quote": Example(b'a,b\n1,"two\n2,three\n'),
    "row.too_long": Example(b"a,b\n1," + b"x" * MAX_RECORD_BYTES + b"\n"),
    "row.unended_escape": Example(b"a,b\n1,C:\\", properties=_BACKSLASH),
    "encoding.invalid": Example(b"a,b\n1,caf\xe9\n"),
    "cell.nul": Example(b"a,b\n1,\x00\n"),
    "cell.null": Example(b"a,b\n1,\\N\n", properties=_BACKSLASH),
    **dict(_examples_of_types()),
    "constraint.required": Example(
        b"a,b\n1,\n", ({"name": "a"}, {"name": "b", "constraints": {"required": True}})
    ),
    "constraint.unique": _one("a\nx\nx\n", constraints={"unique": True}),
    "constraint.primary_key": Example(b"a,b\n1,2\n1,2\n", schema={"primaryKey": ["a", "b"]}),
    "constraint.merge_key": Example(
        b"a,b\n1,2\n1,2\n",
        tuple({"name": name, "constraints": {"required": True}} for name in "ab"),
        properties={"merge": {"key": ["a", "b"]}},
    ),
    "constraint.foreign_key": Example(
        b"a,b\n1,red\n2,rod\n",
        schema={
            "foreignKeys": [{"fields": "b", "reference": {"resource": "colours", "fields": "name"}}]
        },
        references={"colours": "name\nred\nblue\n"},
    ),
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
    "bigquery.duration": _one("a\nP1M\n", type="duration", bigquery="INT64"),
    "bigquery.bytes": _one("a\nnot base64\n", bigquery="BYTES"),
    "bigquery.json": _one("a\n{x: 1}\n", bigquery="JSON"),
    "derive.failed": Example(
        b"net,tax\n100,19\n0,1\n",
        ({"name": "net", "type": "integer"}, {"name": "tax", "type": "integer"}),
        properties={"enrich": [{"derive": {"rate": {"sql": "tax // net", "bigquery": "INT64"}}}]},
    ),
    "check.failed": Example(
        b"from,to\n2026-01-01,2025-01-31\n",
        ({"name": "from", "type": "date"}, {"name": "to", "type": "date"}),
        properties={"checks": [{"sql": '"from" <= "to"', "message": "`to` is before `from`"}]},
    ),
}

EXAMPLES: Final[Mapping[str, Example]] = MappingProxyType(_EXAMPLES)
"""An example for each code. Codes without an example concern the upload, not the content of its
file."""
