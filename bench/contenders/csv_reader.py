"""csv.reader with hand-written rules: what a careful programmer writes in an afternoon.

It accepts a stray quote inside an unquoted cell, as the module does even in strict mode.
"""

import csv
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from bench.contenders import Outcome
from bench.contenders import orders_rules as rules
from bench.contenders.patterns import EMAIL
from bench.inputs import open_text
from csvgate.contracts.model import Contract

_ORDER_ID: Final = re.compile(rules.ORDER_ID).fullmatch
_CUSTOMER_ID: Final = re.compile(rules.CUSTOMER_ID).fullmatch
_EMAIL: Final = re.compile(EMAIL).fullmatch
_COUNTRIES: Final = frozenset(rules.COUNTRIES)
_CURRENCIES: Final = frozenset(rules.CURRENCIES)
_STATUSES: Final = frozenset(rules.STATUSES)
_AMOUNT_END: Final = Decimal(10) ** 10
_REQUIRED: Final = 9
"""All columns except the last."""
_KEEP: Final = 10_000

Faults = list[tuple[str | None, str]]


def run(path: Path, contract: Contract) -> Outcome:
    outcome = Outcome()
    seen: set[str] = set()
    values: list[tuple[object, ...]] = []
    with open_text(path, contract) as file:
        reader = csv.reader(file, strict=True)
        next(reader)
        done = False
        while not done:
            line = reader.line_num + 1
            try:
                for row in reader:
                    outcome.rows += 1
                    faults = _check(row, seen, values)
                    if faults:
                        outcome.findings += [(line, *fault) for fault in faults]
                    if len(values) == _KEEP:
                        values.clear()
                    line = reader.line_num + 1
                done = True
            except csv.Error:
                outcome.rows += 1
                outcome.findings.append((line, None, "row.stray_quote"))
    return outcome


def _check(row: list[str], seen: set[str], values: list[tuple[object, ...]]) -> Faults:
    if len(row) != len(rules.COLUMNS):
        short = len(row) < len(rules.COLUMNS)
        return [(None, "row.too_few_fields" if short else "row.too_many_fields")]
    order_id, customer_id, email, country, currency, amount, quantity, ordered_at, status, notes = (
        row
    )
    faults: Faults = []
    for column, text in zip(rules.COLUMNS[:_REQUIRED], row, strict=False):
        if not text:
            faults.append((column, "constraint.required"))
    if order_id:
        if not _ORDER_ID(order_id):
            faults.append(("order_id", "constraint.pattern"))
        elif order_id in seen:
            faults.append(("order_id", "constraint.unique"))
        seen.add(order_id)
    if customer_id and not _CUSTOMER_ID(customer_id):
        faults.append(("customer_id", "constraint.pattern"))
    if email and _damaged(email):
        faults.append(("email", "encoding.invalid"))
    elif email and not _EMAIL(email):
        faults.append(("email", "format.email"))
    if country and country not in _COUNTRIES:
        faults.append(("country", "constraint.enum"))
    if currency and currency not in _CURRENCIES:
        faults.append(("currency", "constraint.enum"))
    if status and status not in _STATUSES:
        faults.append(("status", "constraint.enum"))
    if _damaged(notes):
        faults.append(("notes", "encoding.invalid"))
    money = _amount(amount, faults) if amount else None
    count = _quantity(quantity, faults) if quantity else None
    timestamp = _timestamp(ordered_at, faults) if ordered_at else None
    if not faults:
        values.append(
            (
                order_id,
                customer_id,
                email,
                country,
                currency,
                money,
                count,
                timestamp,
                status,
                notes,
            )
        )
    return faults


def _damaged(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _amount(text: str, faults: Faults) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        faults.append(("amount", "type.number"))
        return None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        faults.append(("amount", "type.number"))
    elif value < 0:
        faults.append(("amount", "constraint.minimum"))
    elif exponent < -2:
        faults.append(("amount", "bigquery.scale"))
    elif value >= _AMOUNT_END:
        faults.append(("amount", "bigquery.range"))
    return value


def _quantity(text: str, faults: Faults) -> int | None:
    try:
        value = int(text)
    except ValueError:
        faults.append(("quantity", "type.integer"))
        return None
    if value < 1:
        faults.append(("quantity", "constraint.minimum"))
    elif value > 1000:
        faults.append(("quantity", "constraint.maximum"))
    return value


def _timestamp(text: str, faults: Faults) -> datetime | None:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        faults.append(("ordered_at", "type.datetime"))
        return None
    if value.tzinfo is None:
        faults.append(("ordered_at", "bigquery.time_zone"))
    return value
