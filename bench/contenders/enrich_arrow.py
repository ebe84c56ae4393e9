"""Enrichment as enrich_records does it: a chunk in, the bytes of Storage Write appends out."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.contenders import Outcome
from bench.references import reference
from bench.shapes.registry import HEADLINE
from csvgate.chunks.append_requests import batches, rows_per_append
from csvgate.chunks.arrow import decode
from csvgate.contracts.model import Contract
from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.enrichment.rows.references import parse_reference

if TYPE_CHECKING:
    import pyarrow as pa

UPLOAD: Final = "0123456789abcdef"
INGESTED_AT: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)


@cache
def enrichment() -> Enrichment:
    # The function keeps one per plan, too.
    contract = HEADLINE.contract()
    tables = {
        name: parse_reference(reference(name), name=name, reference=declared)
        for name, declared in contract.references.items()
    }
    return Enrichment(contract, tables)


def enriched(data: bytes) -> "pa.Table":
    prepared = enrichment()
    return prepared.finish(prepared.apply(decode(data)), UPLOAD, INGESTED_AT)


def run(path: Path, _contract: Contract) -> Outcome:
    table = enriched(path.read_bytes())
    outcome = Outcome(bytes_out=table.schema.serialize().size)
    for _, batch in batches(table, rows_per_append(table)):
        outcome.rows += batch.num_rows
        outcome.bytes_out += len(batch.serialize().to_pybytes())
    return outcome
