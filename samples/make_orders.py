"""Writes an orders file for contracts/orders.yaml, with bad rows of many kinds, reproducibly.

    python samples/make_orders.py --rows 5000 --bad 0.02 --seed 7 OUT.csv [--truth OUT.json]

The truth is a JSON object: `rows`, `bad_rows`, and `faults`, one `{"line", "column", "code"}` for
each fault, in the file's order. Lines are numbered as in an editor, so notes of several lines move
later rows down. Rows are written one at a time, so memory does not grow with the file.
"""

import argparse
import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

COLUMNS = (
    "order_id", "customer_id", "email", "country", "currency",
    "amount", "quantity", "ordered_at", "status", "notes",
)  # fmt: skip
ORDER_ID, CUSTOMER_ID, EMAIL, COUNTRY, CURRENCY, AMOUNT, QUANTITY, ORDERED_AT, STATUS, NOTES = (
    range(10)
)
STATUSES = ("NEW", "PAID", "PAID", "SHIPPED", "SHIPPED", "DELIVERED", "DELIVERED", "CANCELLED")
ZONES = ("Z", "Z", "Z", "Z", "+01:00", "+02:00", ".250Z", "-05:00")
DAYS = tuple(str(date(2026, 11, 1) + timedelta(days=n)) for n in range(28))
COUNTRIES = {
    "DE": "EUR", "FR": "EUR", "NL": "EUR", "BE": "EUR", "ES": "EUR", "IT": "EUR", "PL": "PLN",
    "SE": "SEK", "US": "USD", "GB": "GBP", "CH": "CHF", "AT": "EUR", "DK": "EUR", "NO": "EUR",
    "FI": "EUR", "IE": "EUR", "PT": "EUR", "CZ": "EUR", "JP": "JPY", "CA": "USD",
}  # fmt: skip
PLACES = tuple(COUNTRIES.items())
PEOPLE = (
    "anna.keller", "b.dubois", "carlos+orders", "d_jansen", "eva.nowak", "f.rossi", "grace.oneill",
    "hiro.tanaka", "ines.costa", "j.lindqvist", "jürgen", "kåre", "łucja", "m.svoboda",
)  # fmt: skip
DOMAINS = ("example.com", "example.org", "mail.example.net", "bücher.example", "shop.example.co.uk")
# One in three orders has a remark.
REMARKS = (
    "please ring twice", "Geschenk – bitte ohne Rechnung", "café, 2nd floor", "naïve “quotes”",
    "left with the neighbour, no 7", 'he said "ring twice"', "東京都千代田区", "🎁 gift wrap",
    "leave at the door\nor with the neighbour", 'line 1\n"line 2", quoted\nline 3', "back; side",
    " leading and trailing spaces ", "O'Brien & Söhne", "first, second, third", "\nstarts below",
)  # fmt: skip
CUSTOMERS = 310
"""samples/references/customers.csv has the first 300; the lookup does not find the others."""

Row = list[str]
"""Cells, written as CSV."""
Faults = tuple[tuple[str | None, str], ...]
"""The column (None: the whole row) and code of each fault."""
Spoil = Callable[[Row], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to spoil a valid row, and the faults that the row then has."""

    spoil: Spoil
    faults: Faults


def quoted(text: str) -> str:
    if any(char in text for char in ',"\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def cell(column: int, text: str, code: str) -> Kind:
    """`text`, written as CSV, makes this cell faulty."""

    def spoil(row: Row) -> None:
        row[column] = text

    return Kind(spoil, ((COLUMNS[column], code),))


def shape(column: int, text: str, code: str) -> Kind:
    """`text`, written as CSV, makes the whole row faulty."""
    return Kind(cell(column, text, code).spoil, ((None, code),))


def drop_last(row: Row) -> None:
    row.pop()


def drop_two(row: Row) -> None:
    del row[STATUS:]


def drop_hyphen(row: Row) -> None:
    # A constant would repeat, and so would not be unique either.
    row[ORDER_ID] = row[ORDER_ID].replace("-", "")


def two_at_once(row: Row) -> None:
    row[COUNTRY], row[QUANTITY] = "XX", "many"


TWO_AT_ONCE = (("country", "constraint.enum"), ("quantity", "type.integer"))
KINDS = (
    cell(QUANTITY, "three", "type.integer"),
    cell(QUANTITY, "2.5", "type.integer"),
    cell(AMOUNT, '"12,50"', "type.number"),
    cell(AMOUNT, "€ 19.99", "type.number"),
    cell(ORDERED_AT, "21/11/2026 14:30", "type.datetime"),
    cell(ORDERED_AT, "2026-02-30T10:00:00Z", "type.datetime"),
    cell(EMAIL, "anna.keller.example.com", "format.email"),
    cell(EMAIL, "anna@@example.com", "format.email"),
    cell(EMAIL, "", "constraint.required"),
    cell(AMOUNT, "", "constraint.required"),
    cell(ORDER_ID, '""', "constraint.required"),
    cell(COUNTRY, "UK", "constraint.enum"),
    cell(CURRENCY, "eur", "constraint.enum"),
    cell(STATUS, "SHIPPING", "constraint.enum"),
    Kind(drop_hyphen, (("order_id", "constraint.pattern"),)),
    cell(CUSTOMER_ID, "C123", "constraint.pattern"),
    cell(AMOUNT, "-5.00", "constraint.minimum"),
    cell(QUANTITY, "0", "constraint.minimum"),
    cell(QUANTITY, "1001", "constraint.maximum"),
    cell(AMOUNT, "19.999", "bigquery.scale"),
    cell(AMOUNT, "12345678901.00", "bigquery.range"),
    cell(ORDERED_AT, "2026-11-21T14:30:00", "bigquery.time_zone"),
    # é in Latin-1: a byte that is not UTF-8, written as a surrogate escape.
    cell(NOTES, "caf\udce9", "encoding.invalid"),
    shape(NOTES, "fragile, handle with care", "row.too_many_fields"),
    shape(NOTES, '"ring "twice', "row.stray_quote"),
    shape(NOTES, 'a 7" screen', "row.stray_quote"),
    Kind(drop_last, ((None, "row.too_few_fields"),)),
    Kind(drop_two, ((None, "row.too_few_fields"),)),
    Kind(two_at_once, TWO_AT_ONCE),
)
REPEATED = (("order_id", "constraint.unique"),)


class Orders:
    """Generates valid and spoilt rows."""

    spoilers = KINDS

    def __init__(self, bad: float, seed: int) -> None:
        self.bad = bad
        self.random = random.Random(seed)  # noqa: S311 (data to repeat, nothing to hide)
        self.notes = ("",) * (2 * len(REMARKS)) + tuple(map(quoted, REMARKS))
        self.good_ids: deque[str] = deque(maxlen=50)
        self.kinds: list[Kind | None] = []

    def rows(self, count: int) -> Iterator[tuple[Row, Faults]]:
        """Each row with its faults."""
        for number in range(count):
            row = self._good(number)
            if self.random.random() < self.bad and self.good_ids:
                yield row, self._spoil(row)
            else:
                self.good_ids.append(row[ORDER_ID])
                yield row, ()

    def _good(self, number: int) -> Row:
        pick = self.random.random
        customer = int(pick() * CUSTOMERS)
        country, currency = PLACES[customer % len(PLACES)]
        cents = int(pick() ** 3 * 200_000) + 99
        second = int(pick() * 86_400)
        hour, minute = second // 3600, second // 60 % 60
        return [
            f"ORD-{number + 10_000_000}",
            f"C{1_000_001 + 7 * customer}",
            f"{PEOPLE[customer % len(PEOPLE)]}@{DOMAINS[customer % len(DOMAINS)]}",
            country,
            currency,
            str(cents) if currency == "JPY" else f"{cents // 100}.{cents % 100:02}",
            str(1 + int(pick() ** 4 * 1000)),
            f"{DAYS[number % 28]}T{hour:02}:{minute:02}:{second % 60:02}{ZONES[cents % 8]}",
            STATUSES[second % 8],
            self.notes[int(pick() * len(self.notes))],
        ]

    def _spoil(self, row: Row) -> Faults:
        # All kinds take turns, so that even a small file has each of them.
        if not self.kinds:
            self.kinds = [*self.spoilers, None]
            self.random.shuffle(self.kinds)
        kind = self.kinds.pop()
        if kind is None:
            row[ORDER_ID] = self.random.choice(self.good_ids)
            return REPEATED
        kind.spoil(row)
        return kind.faults


def write_orders(out: Path, *, rows: int, bad: float, seed: int, truth: Path | None = None) -> int:
    """Writes the file and returns the number of bad rows."""
    line, bad_rows, separator = 2, 0, ""
    with ExitStack() as files:
        csv = files.enter_context(
            out.open("w", encoding="utf-8", errors="surrogateescape", newline="", buffering=1 << 20)
        )
        notes = files.enter_context(truth.open("w", encoding="utf-8")) if truth else None
        csv.write(",".join(COLUMNS) + "\n")
        if notes:
            notes.write('{"faults": [')
        for row, faults in Orders(bad, seed).rows(rows):
            text = ",".join(row) + "\n"
            csv.write(text)
            bad_rows += bool(faults)
            for column, code in faults:
                if notes:
                    fault = {"line": line, "column": column, "code": code}
                    notes.write(f"{separator}\n  {json.dumps(fault)}")
                    separator = ","
            line += text.count("\n")
        if notes:
            notes.write(f'\n], "rows": {rows}, "bad_rows": {bad_rows}}}\n')
    return bad_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--bad", type=float, default=0.02, help="share of bad rows, 0 to 1")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--truth", type=Path, metavar="OUT.json", help="write the list of faults to this file"
    )
    given = parser.parse_args()
    write_orders(given.out, rows=given.rows, bad=given.bad, seed=given.seed, truth=given.truth)


if __name__ == "__main__":
    main()
