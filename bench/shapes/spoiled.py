"""Thirty ways to spoil an order. Each gives another text every time, as users' mistakes do."""

import random
from typing import Final

from samples.make_orders import (
    AMOUNT,
    COUNTRY,
    CURRENCY,
    CUSTOMER_ID,
    EMAIL,
    NOTES,
    ORDER_ID,
    ORDERED_AT,
    QUANTITY,
    REPEATED,
    STATUS,
    Faults,
    Row,
)

from bench.shapes.vocabulary import WORDS, phrase

_COUNTRIES: Final = ("UK", "EU", "Germany", "France", "de", "fr", "XX", "D", "USA", "España")
_CURRENCIES: Final = ("eur", "usd", "€", "Euro", "BTC", "HUF", "E", "US$")
_STATUSES: Final = ("SHIPPING", "paid", "Shipped", "RETURNED", "open", "-", "in transit", "DONE")
_NUMBERS: Final = ("one", "two", "three", "a dozen", "many", "drei", "?", "n/a", "10 pcs", "5x")

INVALID_BYTES: Final = "invalid_bytes"
"""The way that is left out where every byte is a letter, as in Windows-1252."""
WAYS: Final = (
    "quantity_in_words", "quantity_with_decimals", "decimal_comma", "amount_with_currency",
    "another_date_format", "impossible_date", "email_without_at", "email_with_two_at",
    "no_email", "no_amount", "quoted_empty_number", "unknown_country", "unknown_currency",
    "unknown_status", "number_without_hyphen", "short_customer", "negative_amount",
    "quantity_zero", "quantity_too_large", "three_decimals", "amount_too_large", "no_time_zone",
    INVALID_BYTES, "notes_without_quotes", "quote_within_quotes", "quote_without_quotes",
    "one_cell_less", "two_cells_less", "two_faults", "repeated_number",
)  # fmt: skip
"""The names of all thirty ways."""


def spoil(row: Row, way: str, pick: random.Random, earlier: list[str]) -> Faults:
    """Spoil a valid row in one of the `WAYS` and return the faults that it then has. `earlier` are
    the numbers of valid orders before it."""
    match way:
        case "quantity_in_words":
            row[QUANTITY] = pick.choice(_NUMBERS)
            return (("quantity", "type.integer"),)
        case "quantity_with_decimals":
            row[QUANTITY] = f"{pick.randrange(100)}.{pick.randint(1, 9)}"
            return (("quantity", "type.integer"),)
        case "decimal_comma":
            row[AMOUNT] = f'"{pick.randrange(2000)},{pick.randrange(100):02}"'
            return (("amount", "type.number"),)
        case "amount_with_currency":
            row[AMOUNT] = pick.choice((f"€ {row[AMOUNT]}", f"{row[AMOUNT]} EUR", f"${row[AMOUNT]}"))
            return (("amount", "type.number"),)
        case "another_date_format":
            day, month = pick.randint(1, 28), pick.randint(1, 12)
            row[ORDERED_AT] = f"{day:02}/{month:02}/2026 {pick.randrange(24):02}:30"
            return (("ordered_at", "type.datetime"),)
        case "impossible_date":
            row[ORDERED_AT] = f"2026-02-{pick.randint(29, 31)}T{row[ORDERED_AT][11:19]}Z"
            return (("ordered_at", "type.datetime"),)
        case "email_without_at":
            row[EMAIL] = row[EMAIL].replace("@", ".")
            return (("email", "format.email"),)
        case "email_with_two_at":
            row[EMAIL] = row[EMAIL].replace("@", "@@")
            return (("email", "format.email"),)
        case "no_email":
            row[EMAIL] = ""
            return (("email", "constraint.required"),)
        case "no_amount":
            row[AMOUNT] = ""
            return (("amount", "constraint.required"),)
        case "quoted_empty_number":
            row[ORDER_ID] = '""'
            return (("order_id", "constraint.required"),)
        case "unknown_country":
            row[COUNTRY] = pick.choice(_COUNTRIES)
            return (("country", "constraint.enum"),)
        case "unknown_currency":
            row[CURRENCY] = pick.choice(_CURRENCIES)
            return (("currency", "constraint.enum"),)
        case "unknown_status":
            row[STATUS] = pick.choice(_STATUSES)
            return (("status", "constraint.enum"),)
        case "number_without_hyphen":
            row[ORDER_ID] = row[ORDER_ID].replace("-", "")
            return (("order_id", "constraint.pattern"),)
        case "short_customer":
            row[CUSTOMER_ID] = f"C{pick.randrange(100, 1_000_000)}"
            return (("customer_id", "constraint.pattern"),)
        case "negative_amount":
            row[AMOUNT] = f"-{pick.randint(1, 500)}.{pick.randrange(100):02}"
            return (("amount", "constraint.minimum"),)
        case "quantity_zero":
            row[QUANTITY] = str(-pick.randrange(3))
            return (("quantity", "constraint.minimum"),)
        case "quantity_too_large":
            row[QUANTITY] = str(pick.randint(1001, 90_000))
            return (("quantity", "constraint.maximum"),)
        case "three_decimals":
            row[AMOUNT] = f"{pick.randrange(2000)}.{pick.randrange(100):02}{pick.randint(1, 9)}"
            return (("amount", "bigquery.scale"),)
        case "amount_too_large":
            row[AMOUNT] = f"{pick.randrange(10**10, 10**13)}.00"
            return (("amount", "bigquery.range"),)
        case "no_time_zone":
            row[ORDERED_AT] = row[ORDERED_AT][:19]
            return (("ordered_at", "bigquery.time_zone"),)
        case "invalid_bytes":
            # A letter in Latin-1, written as a surrogate escape: a byte that is not UTF-8.
            row[NOTES] = f"{phrase(pick, 1, 3)} caf\udce9"
            return (("notes", "encoding.invalid"),)
        case "notes_without_quotes":
            # pyarrow ends its run at a row of another width that is not UTF-8, as in Windows-1252.
            row[NOTES] = f"{phrase(pick, 1, 3, plain=True)}, {phrase(pick, 1, 3, plain=True)}"
            return ((None, "row.too_many_fields"),)
        case "quote_within_quotes":
            # On one line, because after a stray quote the next line begins a new record.
            row[NOTES] = f'"{pick.choice(WORDS)} "{phrase(pick, 1, 3)}'
            return ((None, "row.stray_quote"),)
        case "quote_without_quotes":
            row[NOTES] = f'a {pick.randint(5, 80)}" {pick.choice(WORDS)}'
            return ((None, "row.stray_quote"),)
        case "one_cell_less":
            del row[NOTES:]
            return ((None, "row.too_few_fields"),)
        case "two_cells_less":
            del row[STATUS:]
            return ((None, "row.too_few_fields"),)
        case "two_faults":
            row[COUNTRY], row[QUANTITY] = pick.choice(_COUNTRIES), pick.choice(_NUMBERS)
            return (("country", "constraint.enum"), ("quantity", "type.integer"))
        case "repeated_number":
            row[ORDER_ID] = pick.choice(earlier)
            return REPEATED
    raise ValueError(f"{way} is not a way to spoil an order")
