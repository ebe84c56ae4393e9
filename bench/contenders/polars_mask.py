"""polars: columns of strings, one expression per field, typed columns of the valid rows.

It reports the number of the record, not the line. It pads short rows and truncates long ones
silently.
"""

from pathlib import Path

import polars as pl

from bench.contenders import Outcome
from bench.contenders.polars_rules import rules_of
from bench.inputs import encoding_of
from csvgate.contracts.model import Contract


def run(path: Path, contract: Contract) -> Outcome:
    rules, encoding = rules_of(contract), encoding_of(contract)
    text = pl.read_csv(
        path,
        infer_schema=False,
        truncate_ragged_lines=True,
        separator=contract.dialect.delimiter,
        encoding="utf8" if encoding == "utf-8" else encoding,
    )
    table = text.with_columns(r.typed.alias(f"{r.name}_") for r in rules if r.typed is not None)
    good = table.select(rule.good.fill_null(value=False).alias(rule.name) for rule in rules)
    clear = good.select(pl.all_horizontal(pl.all())).to_series()
    values = table.filter(clear)
    outcome = Outcome(rows=table.height)
    wrong = good.with_row_index("record", offset=1).filter(~clear)
    for record, *columns in wrong.iter_rows():
        for rule, right in zip(rules, columns, strict=True):
            if not right:
                outcome.findings.append((record, rule.name, None))
    if values.height + wrong.height != table.height:
        raise RuntimeError("polars lost rows")
    return outcome
