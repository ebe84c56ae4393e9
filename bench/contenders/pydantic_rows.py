"""pydantic with the contract's rules, row by row, as records are usually validated in Python."""

import csv
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from bench.contenders import Outcome
from bench.contenders.pydantic_model import needs_none, row_type
from bench.contenders.records_out import RecordsOut
from bench.inputs import open_text
from csvgate.contracts.model import Contract

_KEEP: Final = 10_000
_MORE: Final = "more"


def run(path: Path, contract: Contract, out: RecordsOut | None = None) -> Outcome:
    """Validate a file, and make the output that csvgate makes if `out` is given."""
    check = TypeAdapter(row_type(contract)).validate_python
    fields = contract.schema_.fields
    last, (key,) = fields[-1].name, (f.name for f in fields if f.constraints.unique)
    empty_is_none = needs_none(contract)
    outcome = Outcome()
    seen: set[Any] = set()
    values: list[dict[str, Any]] = []
    # Without output, a lone surrogate harms nobody; Arrow would refuse it.
    with open_text(path, contract, "surrogateescape" if out is None else "replace") as file:
        reader = csv.DictReader(
            file, restkey=_MORE, strict=True, delimiter=contract.dialect.delimiter
        )
        _ = reader.fieldnames
        # DictReader's own line count stops at a row that is not valid CSV.
        lines = reader.reader
        done = False
        while not done:
            line = lines.line_num + 1
            try:
                for row in reader:
                    outcome.rows += 1
                    faults: list[tuple[str | None, str]] = []
                    if row[last] is None:
                        faults = [(None, "has too few cells")]
                    else:
                        given = {k: v or None for k, v in row.items()} if empty_is_none else row
                        try:
                            values.append(check(given))
                        except ValidationError as error:
                            faults = _faults(error)
                        else:
                            if values[-1][key] in seen:
                                values.pop()
                                faults = [(key, "is there already")]
                            else:
                                seen.add(values[-1][key])
                                if out is not None:
                                    out.take(line, values[-1])
                    if faults:
                        columns = {None if column == _MORE else column for column, _ in faults}
                        outcome.findings += [(line, column, None) for column in columns]
                        if out is not None:
                            out.reject(line, row.values(), faults)
                    if len(values) == _KEEP:
                        values.clear()
                    line = lines.line_num + 1
                done = True
            except csv.Error as error:
                outcome.rows += 1
                outcome.findings.append((line, None, None))
                if out is not None:
                    out.reject(line, (), [(None, str(error))])
    return outcome


def _faults(error: ValidationError) -> list[tuple[str | None, str]]:
    errors: list[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    # Too many cells are a fault of the row, whatever its columns are.
    if any(each["loc"][0] == _MORE for each in errors):
        return [(_MORE, "has too many cells")]
    return [(str(each["loc"][0]), each["msg"]) for each in errors]
