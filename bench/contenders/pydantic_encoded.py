"""pydantic as in `pydantic_rows`, with the output that csvgate makes."""

import csv
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bench.contenders import Outcome
from bench.contenders.pydantic_rows import Order, columns_of
from bench.contenders.records_out import RecordsOut


def run(path: Path) -> Outcome:
    check = TypeAdapter(Order).validate_python
    outcome, out = Outcome(), RecordsOut()
    seen: set[str] = set()
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.DictReader(file, restkey="more", strict=True)
        _ = reader.fieldnames
        lines = reader.reader
        done = False
        while not done:
            line = lines.line_num + 1
            try:
                for row in reader:
                    outcome.rows += 1
                    try:
                        order = check(row)
                    except ValidationError as error:
                        outcome.findings += [(line, column, None) for column in columns_of(error)]
                        out.reject(line, row.values(), _faults(error))
                    else:
                        if order["order_id"] in seen:
                            outcome.findings.append((line, "order_id", None))
                            out.reject(line, row.values(), [("order_id", "is there already")])
                        else:
                            seen.add(order["order_id"])
                            out.take(line, order)
                    line = lines.line_num + 1
                done = True
            except csv.Error as error:
                outcome.rows += 1
                outcome.findings.append((line, None, None))
                out.reject(line, (), [(None, str(error))])
    out.finish()
    outcome.bytes_out = out.bytes
    return outcome


def _faults(error: ValidationError) -> list[tuple[str | None, str]]:
    errors: list[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    return [(str(each["loc"][0]), each["msg"]) for each in errors]
