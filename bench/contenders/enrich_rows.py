"""Enrichment as it is usually done: JSON records in, insertAll payloads of 500 rows out."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bench.contenders import Outcome
from bench.contenders.enrich_arrow import INGESTED_AT, UPLOAD
from bench.references import reference
from csvgate.contracts.model import Contract

ROWS_A_REQUEST: Final = 500
"""The most that Google recommends."""
_CENT: Final = Decimal("0.01")

Row = dict[str, Any]


@cache
def _reference(name: str, key: str) -> dict[str, dict[str, str]]:
    lines = io.StringIO(reference(name).decode(), newline="")
    return {row[key]: row for row in csv.DictReader(lines)}


@cache
def _rates() -> dict[str, Decimal]:
    table = _reference("fx_rates", "currency")
    return {currency: Decimal(row["eur_rate"]) for currency, row in table.items()}


def enriched(records: Iterable[str]) -> Iterator[Row]:
    """Each row as insertAll takes it: exact numbers and times are strings."""
    customers, rates = _reference("customers", "customer_id"), _rates()
    no_customer: dict[str, str] = {}
    ingested_at = INGESTED_AT.isoformat()
    for record in records:
        row: Row = json.loads(record)
        customer = customers.get(row["customer_id"], no_customer)
        row["segment"], row["region"] = customer.get("segment"), customer.get("region")
        rate = rates.get(row["currency"])
        row["eur_rate"] = None if rate is None else str(rate)
        row["amount_eur"] = (
            None
            if rate is None
            else str((Decimal(row["amount"]) * rate).quantize(_CENT, ROUND_HALF_UP))
        )
        # BigQuery stores a point in time, whatever the zone it was written in.
        row["ordered_at"] = datetime.fromisoformat(row["ordered_at"]).isoformat()
        row["_upload_id"] = UPLOAD
        row["_ingested_at"] = ingested_at
        yield row


def run(path: Path, _contract: Contract) -> Outcome:
    outcome = Outcome()
    with path.open(encoding="utf-8") as records:
        rows = enriched(records)
        while page := list(islice(rows, ROWS_A_REQUEST)):
            payload = {
                "rows": [{"insertId": f"{UPLOAD}-{row['_line']}", "json": row} for row in page]
            }
            outcome.rows += len(page)
            outcome.bytes_out += len(json.dumps(payload).encode())
    return outcome
