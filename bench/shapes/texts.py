"""Articles: long quoted paragraphs with delimiters, quotes and line ends, in several scripts."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final

from samples.make_orders import Faults, quoted

from bench.shapes.shape import Record, contract_of
from bench.shapes.turns import Turns
from bench.shapes.vocabulary import FIRST, LAST, phrase, phrase_abroad
from csvgate.contracts.model import Contract

SEED: Final = 13
BAD: Final = 0.01
_LANGUAGES: Final = ("de", "el", "en", "fr", "ja", "ru")
_TITLE: Final = 120
_WAYS: Final = 7
"""The number of ways to spoil an article."""


@cache
def contract() -> Contract:
    return contract_of(f"""
dataset: articles
match: ["articles/*.csv"]
schema:
  fields:
    - name: article
      type: integer
      bigquery: INT64
      constraints: {{required: true, unique: true}}
    - {{name: author, type: string, bigquery: STRING, constraints: {{required: true}}}}
    - {{name: language, type: string, bigquery: STRING, constraints: {{enum: {list(_LANGUAGES)}}}}}
    - name: title
      type: string
      bigquery: STRING
      constraints: {{required: true, maxLength: {_TITLE}}}
    - {{name: published, type: date, bigquery: DATE}}
    - {{name: body, type: string, bigquery: STRING, constraints: {{required: true}}}}
destination: {{dataset: texts, table: articles}}
limits: {{rejected_rate: 1}}
""")


def records(count: int) -> Iterator[Record]:
    pick = random.Random(SEED)  # noqa: S311 (data to repeat, nothing to hide)
    ways = Turns(range(_WAYS), pick)
    for number in pick.sample(range(10 * count), count):
        cells = [
            str(number),
            f"{pick.choice(FIRST).title()} {pick.choice(LAST).title()}",
            pick.choice(_LANGUAGES),
            quoted(_title(pick)),
            str(date(2000, 1, 1) + timedelta(days=pick.randrange(9000))),
            '"' + _body(pick).replace('"', '""') + '"',
        ]
        faults = _spoil(cells, ways.next(), pick) if pick.random() < BAD else ()
        yield ",".join(cells) + "\n", faults


def _title(pick: random.Random) -> str:
    if pick.random() < 0.2:
        return f"{phrase_abroad(pick)}, {phrase(pick, 1, 2)}"
    return phrase(pick, 3, 8)


def _body(pick: random.Random) -> str:
    parts = []
    for _ in range(pick.randint(2, 9)):
        style = pick.random()
        if style < 0.2:
            parts.append(f'He said: "{phrase(pick, 3, 8)}", and left; {phrase(pick, 1, 3)}.')
        elif style < 0.4:
            parts.append(f"{phrase_abroad(pick)} – {phrase_abroad(pick)}.")
        elif style < 0.5:
            parts.append(f"{phrase(pick, 5, 12)}.\n\n")
        else:
            parts.append(f"{phrase(pick, 6, 14)}, {phrase(pick, 3, 6)}.")
    return " ".join(parts)


def _spoil(cells: list[str], way: int, pick: random.Random) -> Faults:
    match way:
        case 0:
            cells[2] = pick.choice(("DE", "deu", "english", "xx", "fr-FR", "e n"))
            return (("language", "constraint.enum"),)
        case 1:
            cells[4] = (
                f"{pick.randint(2000, 2024)}-{pick.choice(('02-30', '13-01', '06-31', '00-10'))}"
            )
            return (("published", "type.date"),)
        case 2:
            cells[3] = quoted(f"{phrase(pick, 20, 30):<{_TITLE}}.")
            return (("title", "constraint.max_length"),)
        case 3:
            cells[5] = '""'
            return (("body", "constraint.required"),)
        case 4:
            cells.pop()
            return ((None, "row.too_few_fields"),)
        case 5:
            cells[5] = f'"{phrase(pick, 3, 9)} caf\udce9, {phrase(pick, 3, 9)}"'
            return (("body", "encoding.invalid"),)
    # On one line, because after a stray quote the next line begins a new record.
    cells[5] = f'"{phrase(pick, 2, 5)} "{phrase(pick, 2, 5)}'
    return ((None, "row.stray_quote"),)
