"""polars: columns of strings, one expression per rule, typed columns of the valid rows.

It reports the number of the record, not the line. It pads short rows and truncates long ones
silently.
"""

from pathlib import Path
from typing import Final

import polars as pl

from bench.contenders import Outcome
from bench.contenders import orders_rules as rules

_ID_IS_RIGHT: Final = pl.col("order_id").str.contains(f"^(?:{rules.ORDER_ID})$")
_TYPED: Final = {
    "amount": pl.col("amount").cast(pl.Decimal(38, 4), strict=False),
    "quantity": pl.col("quantity").cast(pl.Int64, strict=False),
    "ordered_at": pl.col("ordered_at").str.strptime(pl.Datetime("us", "UTC"), "%+", strict=False),
}
_GOOD: Final = {
    # The first valid occurrence stands. Nulls in place of invalid keys do not repeat each other.
    "order_id": _ID_IS_RIGHT & pl.col("order_id").is_first_distinct(),
    "customer_id": pl.col("customer_id").str.contains(f"^(?:{rules.CUSTOMER_ID})$"),
    "email": pl.col("email").str.contains(f"^(?:{rules.EMAIL})$"),
    "country": pl.col("country").is_in(list(rules.COUNTRIES)),
    "currency": pl.col("currency").is_in(list(rules.CURRENCIES)),
    "amount": pl.col("amount").str.contains(r"^[^.]+(?:\.[0-9]{0,2})?$")
    & pl.col("amount_").is_between(0, 10**10, closed="left"),
    "quantity": pl.col("quantity_").is_between(1, 1000),
    "ordered_at": pl.col("ordered_at_").is_not_null(),
    "status": pl.col("status").is_in(list(rules.STATUSES)),
}


def run(path: Path) -> Outcome:
    text = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
    table = text.with_columns(value.alias(f"{name}_") for name, value in _TYPED.items())
    good = table.select(rule.fill_null(value=False).alias(name) for name, rule in _GOOD.items())
    clear = good.select(pl.all_horizontal(pl.all())).to_series()
    values = table.filter(clear)
    outcome = Outcome(rows=table.height)
    wrong = good.with_row_index("record", offset=1).filter(~clear)
    for record, *columns in wrong.iter_rows():
        for name, right in zip(_GOOD, columns, strict=True):
            if not right:
                outcome.findings.append((record, name, None))
    if values.height + wrong.height != table.height:
        raise RuntimeError("polars lost rows")
    return outcome
