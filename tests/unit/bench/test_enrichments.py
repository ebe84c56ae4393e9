"""Both enrichments make the same rows, so that their costs can be compared."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.contenders import enrich_arrow, enrich_rows
from bench.shapes.registry import HEADLINE
from bench.shapes.shape import write
from bench.wire import as_json, first_chunk, json_records

NUMBERS = ("amount", "eur_rate", "amount_eur")


def by_value(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers by value: 1.50 is 1.5."""
    return {k: Decimal(v) if k in NUMBERS and v is not None else v for k, v in row.items()}


def test_the_same_rows(tmp_path: Path) -> None:
    chunk = first_chunk(write(HEADLINE, tmp_path, 2000).path)
    records = json_records(chunk)
    arrow = enrich_arrow.enriched(chunk).to_pylist()
    expected = [by_value(json.loads(json.dumps(row, default=as_json))) for row in arrow]
    assert expected == [by_value(row) for row in enrich_rows.enriched(records)]
    # Nearly all customers are found, as in production.
    assert 0.9 < sum(row["segment"] is not None for row in arrow) / len(arrow) < 1


def test_the_same_count_and_fewer_bytes(tmp_path: Path) -> None:
    chunk = first_chunk(write(HEADLINE, tmp_path, 2000).path)
    (tmp_path / "chunk").write_bytes(chunk)
    (tmp_path / "records").write_text("\n".join(json_records(chunk)), encoding="utf-8")
    arrow = enrich_arrow.run(tmp_path / "chunk", HEADLINE.contract())
    rows = enrich_rows.run(tmp_path / "records", HEADLINE.contract())
    assert arrow.rows == rows.rows
    assert 0 < arrow.bytes_out < rows.bytes_out
