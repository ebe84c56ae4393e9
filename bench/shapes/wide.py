"""A wide export of a German accounting program: 60 columns, decimal commas, dates by the day."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from samples.make_orders import Faults

from bench.shapes.shape import Record, contract_of
from bench.shapes.turns import Turns
from bench.shapes.vocabulary import WORDS, phrase
from csvgate.contracts.model import Contract

SEED: Final = 12
BAD: Final = 0.01
EMPTY: Final = 0.05
"""The share of empty cells in the columns that may be empty."""
_ACCOUNTS: Final = tuple(str(4000 + 10 * n) for n in range(180))
_BEGIN: Final = date(2024, 1, 1)

_FIELDS: Final = {
    "integer": "{{name: {name}, type: integer, bigquery: INT64}}",
    "amount": "{{name: {name}, type: number, bigquery: NUMERIC, decimalChar: ',', groupChar: '.'}}",
    "rate": "{{name: {name}, type: number, bigquery: NUMERIC, decimalChar: ','}}",
    "date": "{{name: {name}, type: date, format: '%d.%m.%Y', bigquery: DATE}}",
    "moment": "{{name: {name}, type: datetime, format: '%d.%m.%Y %H:%M', bigquery: DATETIME}}",
    "flag": "{{name: {name}, type: boolean, trueValues: [ja], falseValues: [nein]}}",
    "account": "{{name: {name}, type: string, bigquery: STRING, constraints: {{maxLength: 8}}}}",
    "text": "{{name: {name}, type: string, bigquery: STRING}}",
}
_KINDS: Final = (
    *("integer",) * 10,
    *("amount",) * 16,
    *("rate",) * 8,
    *("date",) * 8,
    *("moment",) * 3,
    *("flag",) * 2,
    *("account",) * 6,
    *("text",) * 6,
)
"""The kinds of all columns after the first, which is the number of the document."""
WRONG: Final = {
    "integer": ("type.integer", ("12a", "1,5", "4711-3", "k.A.", "#WERT!")),
    "amount": ("type.number", ("1.23,45", "12.3456,00", "12,50 €", "offen", "1,234.50")),
    "rate": ("type.number", ("1,2,3", "4.5", "19 %", "#DIV/0!", "siehe oben")),
    "date": ("type.date", ("31.02.2026", "2026-03-01", "1.13.2025", "heute", "00.00.0000")),
    "moment": ("type.datetime", ("30.06.2025 24:10", "01.02.2025", "31.04.2025 10:00")),
    "flag": ("type.boolean", ("vielleicht", "x", "Ja", "1")),
    "account": ("constraint.max_length", ("4000-12345", "8400 Erlöse", "siehe Beleg")),
}
"""The code of a spoilt cell of each kind, and what people write there. A text is never wrong."""


def _names() -> list[str]:
    return [f"{kind}_{number:02}" for number, kind in enumerate(_KINDS, start=1)]


@cache
def contract() -> Contract:
    fields = [
        "{name: document, type: integer, bigquery: INT64, "
        "constraints: {required: true, unique: true}}",
        *(_FIELDS[kind].format(name=name) for kind, name in zip(_KINDS, _names(), strict=True)),
    ]
    lines = "\n".join(f"    - {field}" for field in fields)
    return contract_of(
        "dataset: ledger\n"
        'match: ["ledger/*.csv"]\n'
        'dialect: {delimiter: ";"}\n'
        "schema:\n"
        f"  fields:\n{lines}\n"
        "destination: {dataset: finance, table: ledger}\n"
        "limits: {rejected_rate: 1}\n"
    )


def records(count: int) -> Iterator[Record]:
    pick = random.Random(SEED)  # noqa: S311 (data to repeat, nothing to hide)
    ways = Turns((*WRONG, None), pick)
    names, documents = _names(), pick.sample(range(10**6, 10**6 + 20 * count), count)
    for document in documents:
        cells = [_cell(kind, pick) if pick.random() >= EMPTY else "" for kind in _KINDS]
        faults: Faults = ()
        if pick.random() < BAD:
            faults = _spoil(cells, ways.next(), names, pick)
        yield f"{document};{';'.join(cells)}\n", faults


def _spoil(cells: list[str], kind: str | None, names: list[str], pick: random.Random) -> Faults:
    """Spoil a cell of this kind, or the whole row if it is None."""
    if kind is None:
        cells.append("")
        return ((None, "row.too_many_fields"),)
    column = pick.choice([number for number, other in enumerate(_KINDS) if other == kind])
    code, texts = WRONG[kind]
    cells[column] = pick.choice(texts)
    return ((names[column], code),)


def _cell(kind: str, pick: random.Random) -> str:
    match kind:
        case "integer":
            return str(int(pick.random() ** 3 * 1_000_000) - 1000)
        case "amount":
            cents = int(pick.random() ** 4 * 10**9)
            whole = f"{cents // 100:,}".replace(",", ".")
            return f"{'-' * (cents % 7 == 0)}{whole},{cents % 100:02}"
        case "rate":
            return f"{pick.random() * 20:.{pick.randint(1, 4)}f}".replace(".", ",")
        case "date":
            return f"{_BEGIN + timedelta(days=pick.randrange(1000)):%d.%m.%Y}"
        case "moment":
            at = datetime(2024, 1, 1) + timedelta(minutes=pick.randrange(1_400_000))
            return f"{at:%d.%m.%Y %H:%M}"
        case "flag":
            return pick.choice(("ja", "nein"))
        case "account":
            return pick.choice(_ACCOUNTS)
    return pick.choice(WORDS) if pick.random() < 0.5 else phrase(pick, 1, 3)
