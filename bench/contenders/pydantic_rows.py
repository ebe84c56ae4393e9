"""pydantic with the same rules, row by row, as records are usually validated in Python."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from bench.contenders import Outcome
from bench.contenders import orders_rules as rules

_KEEP: Final = 10_000


@with_config(ConfigDict(extra="forbid"))
class Order(TypedDict):
    order_id: Annotated[str, Field(pattern=f"^{rules.ORDER_ID}$")]
    customer_id: Annotated[str, Field(pattern=f"^{rules.CUSTOMER_ID}$")]
    email: Annotated[str, Field(pattern=f"^{rules.EMAIL}$")]
    country: Literal[
        "DE", "FR", "NL", "BE", "ES", "IT", "PL", "SE", "US", "GB",
        "CH", "AT", "DK", "NO", "FI", "IE", "PT", "CZ", "JP", "CA",
    ]  # fmt: skip
    currency: Literal["EUR", "USD", "GBP", "CHF", "SEK", "PLN", "JPY"]
    amount: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    quantity: Annotated[int, Field(ge=1, le=1000)]
    ordered_at: AwareDatetime
    status: Literal["NEW", "PAID", "SHIPPED", "DELIVERED", "CANCELLED"]
    notes: str


def run(path: Path) -> Outcome:
    check = TypeAdapter(Order).validate_python
    outcome = Outcome()
    seen: set[str] = set()
    values: list[Order] = []
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        # A row that is too short gets None in its last cell, which no field accepts.
        reader = csv.DictReader(file, restkey="more", strict=True)
        _ = reader.fieldnames
        # DictReader's own line count stops at a row that is not valid CSV.
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
                    else:
                        if order["order_id"] in seen:
                            outcome.findings.append((line, "order_id", None))
                        else:
                            seen.add(order["order_id"])
                            values.append(order)
                    if len(values) == _KEEP:
                        values.clear()
                    line = lines.line_num + 1
                done = True
            except csv.Error:
                outcome.rows += 1
                outcome.findings.append((line, None, None))
    return outcome


def columns_of(error: ValidationError) -> set[str | None]:
    """The columns of the faults; None for a fault of the row as a whole."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    found = {str(each["loc"][0]) for each in errors}
    # Too many or too few cells are a fault of the row, not of a column.
    return {None} if found & {"more", "notes"} else set(found)
