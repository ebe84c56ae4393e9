"""Small contracts, references and chunks for the tests of enrichment."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract, Reference
from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.enrichment.rows.references import ReferenceTable, parse_reference
from csvgate.types.bigquery import parse


def contract(
    fields: Mapping[str, str],
    enrich: Sequence[Mapping[str, Any]] = (),
    references: Mapping[str, Mapping[str, Any]] | None = None,
) -> Contract:
    """`fields`: BigQuery types by name."""
    return Contract.model_validate(
        {
            "dataset": "example",
            "match": ["example/*.csv"],
            "schema": {"fields": [{"name": n, "bigquery": kind} for n, kind in fields.items()]},
            "destination": {"dataset": "d", "table": "t"},
            "enrich": list(enrich),
            "references": references or {},
        }
    )


def derive(sql: str, bigquery: str, name: str = "v") -> dict[str, Any]:
    return {"derive": {name: {"sql": sql, "bigquery": bigquery}}}


def reference(text: str | bytes, key: str = "k", **columns: str) -> ReferenceTable:
    data = text.encode() if isinstance(text, str) else text
    spec = Reference(object="ref.csv", key=key, columns=columns)
    return parse_reference(data, name="ref", reference=spec)


def chunk(
    fields: Mapping[str, str],
    values: Mapping[str, Sequence[Any]],
    lines: Sequence[int] | None = None,
) -> pa.Table:
    rows = len(next(iter(values.values())))
    columns = {"_line": pa.array(lines or range(2, rows + 2), pa.int64())}
    columns |= {n: pa.array(values[n], arrow_type(parse(kind))) for n, kind in fields.items()}
    return pa.table(columns)


def derived(
    sql: str, bigquery: str, fields: Mapping[str, str], values: Mapping[str, Sequence[Any]]
) -> list[Any]:
    """The values of one derived column."""
    enrichment = Enrichment(contract(fields, [derive(sql, bigquery)]), {})
    found: list[Any] = enrichment.apply(chunk(fields, values)).column("v").to_pylist()
    return found
