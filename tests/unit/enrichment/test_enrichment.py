"""A whole contract: the orders of the samples, in the table's order, the same on every run."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.model import Contract
from csvgate.contracts.table import table_spec
from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.enrichment.rows.references import parse_reference
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import parse
from unit.enrichment.enrich_examples import chunk, contract, derive

FIELDS = {"customer": "STRING", "currency": "STRING", "amount": "NUMERIC(12, 2)"}
STEPS: list[dict[str, Any]] = [
    {"lookup": {"reference": "fx", "by": "currency", "add": ["rate"]}},
    derive("round(amount * rate, 2)", "NUMERIC(12, 2)", "eur"),
    {"lookup": {"reference": "customers", "by": "customer", "add": ["region", "segment"]}},
    derive("CASE WHEN eur > 100 THEN segment || '+' ELSE segment END", "STRING(20)", "tier"),
]
REFERENCES = {
    "fx": {"object": "fx.csv", "key": "currency"},
    "customers": {"object": "customers.csv", "key": "id"},
}
FILES = {
    "fx": b"currency,rate\nEUR,1\nUSD,0.9213\n",
    "customers": b"id,segment,other,region\nC1,smb,x,EMEA\nC2,ent,y,AMER\n",
}
ROWS: dict[str, list[Any]] = {
    "customer": ["C2", "C9", None, "C1"],
    "currency": ["USD", "EUR", "USD", "JPY"],
    "amount": [Decimal("200.00"), Decimal("-1.50"), None, Decimal(5)],
}


def orders() -> tuple[Contract, Enrichment]:
    spec = contract(FIELDS, STEPS, REFERENCES)
    tables = {
        name: parse_reference(data, name=name, reference=spec.references[name])
        for name, data in FILES.items()
    }
    return spec, Enrichment(spec, tables)


def test_rows() -> None:
    spec, enrichment = orders()
    unknown: Counter[str] = Counter()
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    rows = enrichment.finish(
        enrichment.apply(chunk(FIELDS, ROWS, [2, 3, 7, 8]), unknown), "upload", now
    )
    assert {
        **ROWS,
        "rate": [Decimal("0.9213"), Decimal(1), Decimal("0.9213"), None],
        "eur": [Decimal("184.26"), Decimal("-1.50"), None, None],
        "region": ["AMER", None, None, "EMEA"],
        "segment": ["ent", None, None, "smb"],
        "tier": ["ent+", None, None, "smb"],
        "_upload_id": ["upload"] * 4,
        "_line": [2, 3, 7, 8],
        "_ingested_at": [now] * 4,
    } == rows.to_pydict()
    assert Counter(fx=1, customers=1) == unknown
    columns = table_spec(spec, enrichment.added_columns()).columns
    assert [column.name for column in columns] == rows.column_names
    assert [arrow_type(parse(column.type)) for column in columns] == rows.schema.types


def test_the_chunk_may_come_in_several_batches() -> None:
    _, enrichment = orders()
    whole = chunk(FIELDS, ROWS)
    parts = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 2), whole.slice(3)])
    assert enrichment.apply(whole).to_pydict() == enrichment.apply(parts).to_pydict()


def test_no_rows() -> None:
    _, enrichment = orders()
    empty = enrichment.apply(chunk(FIELDS, ROWS).slice(0, 0))
    assert enrichment.apply(chunk(FIELDS, ROWS)).schema == empty.schema
    assert enrichment.finish(empty, "upload", datetime.now(UTC)).num_rows == 0


def test_a_contract_that_adds_nothing() -> None:
    enrichment = Enrichment(contract(FIELDS), {})
    assert enrichment.added_columns() == {}
    assert [*FIELDS, "_line"] == enrichment.apply(chunk(FIELDS, ROWS)).column_names


def test_many_threads_get_their_own_rows() -> None:
    _, enrichment = orders()

    def run(start: int) -> list[Any]:
        amounts = [Decimal(start + i) for i in range(500)]
        rows: dict[str, list[Any]] = {
            "customer": ["C1"] * 500,
            "currency": ["EUR"] * 500,
            "amount": amounts,
        }
        found: list[Any] = enrichment.apply(chunk(FIELDS, rows)).column("eur").to_pylist()
        return found

    with ThreadPoolExecutor(4) as pool:
        starts = range(0, 10_000, 500)
        for start, found in zip(starts, pool.map(run, starts), strict=True):
            assert [Decimal(start + i) for i in range(500)] == found


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        (chunk(FIELDS, ROWS).drop_columns(["amount"]), "amount is missing"),
        (chunk(FIELDS, ROWS).drop_columns(["_line"]), "_line is missing"),
        (chunk({**FIELDS, "customer": "INT64"}, {**ROWS, "customer": [1] * 4}), "is int64, not"),
        (chunk(FIELDS, {**ROWS, "amount": [Decimal("0.001")] * 4}), "does not fit NUMERIC(12, 2)"),
    ],
)
def test_a_chunk_with_other_columns_is_malformed(damaged: pa.Table, problem: str) -> None:
    with pytest.raises(Permanent) as raised:
        orders()[1].apply(damaged)
    assert raised.value.code == "chunk.malformed"
    assert problem in raised.value.message


def test_a_contract_that_cannot_enrich() -> None:
    with pytest.raises(Permanent) as raised:
        Enrichment(contract(FIELDS, [derive("now()", "TIMESTAMP")]), {})
    assert raised.value.code == "enrich.invalid"
    assert "enrich[0].derive.v.sql: `now()` calls now" in raised.value.message


def test_duckdb_is_not_loaded_for_lookups_alone() -> None:
    code = (
        # As deployed: without numpy, which pyarrow imports wherever it is installed.
        f"import sys; sys.modules['numpy'] = None; sys.path[:0] = {sys.path!r}\n"
        "from unit.enrichment.enrich_examples import chunk, contract, reference\n"
        "from csvgate.enrichment.rows.enrich_rows import Enrichment\n"
        "steps = [{'lookup': {'reference': 'ref', 'by': 'c', 'add': ['v']}}]\n"
        "spec = contract({'c': 'STRING'}, steps, {'ref': {'object': 'r', 'key': 'k'}})\n"
        "rows = chunk({'c': 'STRING'}, {'c': ['a']})\n"
        "table = reference('k,v\\na,x\\n')\n"
        "print(Enrichment(spec, {'ref': table}).apply(rows).column('v').to_pylist())\n"
        "assert 'duckdb' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("['x']\n", "")
