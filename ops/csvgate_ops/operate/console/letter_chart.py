"""Dead letters over time, by code. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csvgate_ops.operate.console.overview import Over, Period
from csvgate_ops.operate.console.pages.charts import Column, columns
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

_MOST_CODES: Final = 4
"""Codes with a colour of their own; the others share one."""
_OTHERS: Final = "other codes"


@dataclass(frozen=True, slots=True)
class LetterChart:
    """The letters that wait now, by the time at which Pub/Sub received them."""

    columns: tuple[Column, ...]
    names: dict[str, str]
    """Colour of the chart, such as `series-1` → code, the most frequent first."""
    letters: int
    """The number of letters in the period. Letters that left their queues are not in it."""


def letter_chart(letters: Iterable[DeadLetter], over: Over, now: datetime) -> LetterChart:
    period, total = Period.of(over, now), Counter[str]()
    counted = [Counter[str]() for _ in period.labels]
    for letter in letters:
        place = period.place(letter.published_at)
        if place is not None:
            counted[place][letter.code] += 1
            total[letter.code] += 1
    ranked = sorted(total, key=lambda code: (-total[code], code))
    shown, rest = ranked[:_MOST_CODES], ranked[_MOST_CODES:]
    values = [
        [*(found[code] for code in shown), *([sum(found[code] for code in rest)] if rest else [])]
        for found in counted
    ]
    names = [*shown, *([_OTHERS] if rest else [])]
    kinds = [f"series-{number}" for number in range(1, len(names) + 1)]
    return LetterChart(
        columns=columns(period.labels, kinds, values),
        names=dict(zip(kinds, names, strict=True)),
        letters=total.total(),
    )
