"""frictionless row by row, as its documentation shows, with the output that csvgate makes."""

from pathlib import Path

from frictionless import Resource, Schema, system

from bench.contenders import Outcome
from bench.contenders.frictionless_report import FIELDS
from bench.contenders.records_out import RecordsOut


def run(path: Path) -> Outcome:
    schema = Schema.from_descriptor({"fields": FIELDS})
    outcome, out = Outcome(), RecordsOut()
    resource = Resource(path=str(path), schema=schema, encoding="utf-8", format="csv")
    with system.use_context(trusted=True), resource:
        for row in resource.row_stream:
            outcome.rows += 1
            # frictionless counts the header as row 1.
            number = row.row_number - 1
            if row.valid:
                out.take(number, row.to_dict())
                continue
            faults = [(getattr(e, "field_name", None), e.type, e.note) for e in row.errors]
            outcome.findings += [
                (number, None if kind in ("extra-cell", "missing-cell") else column, None)
                for column, kind, _ in faults
            ]
            out.reject(number, row.cells, [(column, note) for column, _, note in faults])
    out.finish()
    outcome.bytes_out = out.bytes
    return outcome
