"""Enrich one chunk of validated records: lookups and derived columns, then lineage columns.

This is pure: the same chunk, contract and references give the same rows in the same order, so that
a retry appends the same rows at the same offsets.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from csvgate.chunks.arrow import arrow_type
from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, UPLOAD_ID
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import spell
from csvgate.enrichment.rows.steps import LookupStep, field_types, plan_steps
from csvgate.enrichment.sql.process.engine import Budget
from csvgate.runtime.errors import Permanent
from csvgate.types.bigquery import BigQueryType

if TYPE_CHECKING:
    import pyarrow as pa

    from csvgate.enrichment.rows.lookups import PreparedLookup
    from csvgate.enrichment.rows.references import ReferenceTable
    from csvgate.enrichment.sql.derived_columns import DeriveStep


class Enrichment:
    """Adds a contract's columns to its records. Reuse it: creating it compiles every expression."""

    def __init__(self, contract: Contract, references: "Mapping[str, ReferenceTable]") -> None:
        """Raises Permanent `enrich.invalid`, `reference.malformed`."""
        self._fields = field_types(contract)
        self._added: dict[str, BigQueryType] = {}
        self._steps: list[PreparedLookup | DeriveStep] = []
        for lookup in (step.lookup for step in contract.enrich if step.lookup):
            if lookup.reference in references:
                references[lookup.reference].require(lookup.add)
        steps = plan_steps(contract, {name: table.fits for name, table in references.items()})
        if steps.complaints:
            raise Permanent(
                "enrich.invalid",
                f"contract {contract.dataset} cannot enrich: "
                + "; ".join(f"{spell(path)}: {message}" for path, message in steps.complaints),
            )
        for step in steps.run:
            if isinstance(step, LookupStep):
                # Contracts without lookups save its import at a cold start, 6 ms of CPU.
                from csvgate.enrichment.rows.lookups import prepare_lookup

                table, lookup = references[step.lookup.reference], step.lookup
                self._steps.append(
                    prepare_lookup(table, by=lookup.by, by_type=step.by_type, add=lookup.add)
                )
                self._added.update({name: table.columns[name].type for name in lookup.add})
            else:
                self._steps.append(step)
                self._added.update({column.name: column.type for column in step.columns})

    def added_columns(self) -> dict[str, BigQueryType]:
        """Return the columns that follow the fields, in the contract's order."""
        return dict(self._added)

    def chunk_columns(self) -> "dict[str, pa.DataType]":
        """Return the columns of a chunk: `_line` and the fields."""
        fields = {name: arrow_type(kind) for name, kind in self._fields.items()}
        return {LINE: arrow_type(BigQueryType("INT64")), **fields}

    def apply(self, chunk: "pa.Table", unknown_keys: Counter[str] | None = None) -> "pa.Table":
        """Return the chunk's fields, the added columns and `_line`, row for row with `chunk`.
        Counts in `unknown_keys`, by reference, the keys that the reference lacks; their added
        columns are null. Raises Permanent `chunk.malformed`, `derive.failed`, `derive.too_slow` and
        `derive.crashed`, Transient `derive.engine`."""
        table, budget = self._checked(chunk), Budget()
        for step in self._steps:
            for name, values in step.added(table, budget, unknown_keys).items():
                table = table.append_column(name, values)
        return table.select([*self._fields, *self._added, LINE])

    def finish(self, table: "pa.Table", upload_id: str, ingested_at: datetime) -> "pa.Table":
        """Return the rows of `apply` as the destination table has them: with `_upload_id` before
        `_line`, and `_ingested_at` after it. `ingested_at` has a time zone."""
        import pyarrow as pa

        timestamp = pa.scalar(ingested_at, arrow_type(BigQueryType("TIMESTAMP")))
        uploads = pa.repeat(pa.scalar(upload_id, pa.utf8()), table.num_rows)
        at = table.schema.get_field_index(LINE)
        return table.add_column(at, UPLOAD_ID, uploads).append_column(
            INGESTED_AT, pa.repeat(timestamp, table.num_rows)
        )

    def _checked(self, chunk: "pa.Table") -> "pa.Table":
        wrong = [
            f"{name} is {chunk.schema.field(name).type}, not {kind}"
            if name in chunk.column_names
            else f"{name} is missing"
            for name, kind in self.chunk_columns().items()
            if name not in chunk.column_names or chunk.schema.field(name).type != kind
        ]
        if wrong:
            raise Permanent("chunk.malformed", f"the chunk's columns: {'; '.join(wrong)}")
        return chunk
