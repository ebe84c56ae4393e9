"""Decides by a vote of the columns whether the first row of a table is its header.

A column of numbers, dates or codes under a text of another shape is strong evidence for a header.
A label that is a number, is long, or equals a value of its column is weak evidence against one:
years are labels, too. When the evidence is balanced, the row is taken for a header.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate_ops.author.infer.columns.kinds import (
    ADDRESSES,
    MISSING,
    MOMENTS,
    NUMBER,
    dominant_kind,
    kind_of,
    signature,
)
from csvgate_ops.author.infer.file.words import LABEL_WORDS

_MOST_ROWS: Final = 200
"""Rows that take part in the vote."""
_OFTEN: Final = 0.2
"""The share of equal rows from which on the first is certainly one of them."""
_TYPED: Final = 0.85
_ALIKE: Final = 0.8
_UNSURE: Final = 1.0
"""Scores from minus this to this are too close to zero to be sure."""
_LONG: Final = 100
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_WORD: Final = re.compile(r"[^\W\d_]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Vote:
    score: float
    """Above zero for a header."""

    @property
    def is_header(self) -> bool:
        return self.score >= -_UNSURE

    @property
    def is_sure(self) -> bool:
        return abs(self.score) > _UNSURE


def vote(first: Sequence[str], rest: Sequence[Sequence[str]]) -> Vote:
    """Weigh the evidence that `first` is the header of the rows in `rest`. Rows that repeat it, and
    rows of another width, do not take part."""
    wide = [row for row in rest[:_MOST_ROWS] if len(row) == len(first)]
    rows = [row for row in wide if row != first]
    repeated = len(wide) - len(rows)
    often = repeated > 1 and repeated >= _OFTEN * len(wide)
    if not any(label.strip() for label in first) or (wide and not rows) or often:
        return Vote(-9.0)
    if not rows:
        return Vote(sum(map(_alone, first)))
    columns = list(zip(*rows, strict=True))
    scores = [_column(label, values) for label, values in zip(first, columns, strict=True)]
    # A row that comes again is more often a row than a header of joined files.
    again = -1.5 * min(2, repeated)
    return Vote(sum(scores) + sum(_together(first, columns)) + again)


def _alone(label: str) -> float:
    """Weigh a label without any value below it."""
    return -3.0 if kind_of(label) or label.strip() in MISSING else 0.5


def _column(label: str, values: Sequence[str]) -> float:
    """Weigh one column: above zero if its label is not one of its values."""
    text = label.strip()
    found = [v for v in values if v.strip() and v.strip() not in MISSING]
    if not text:
        return -0.5 if len(found) < len(values) else 0.0
    score = _known(text) - 0.5 * (len(text) > _LONG)
    if text in MISSING:
        return score - 2
    own = kind_of(text)
    if own in ADDRESSES:
        return score - 4
    kind = dominant_kind(found, _TYPED)
    if kind is not None:
        return score + _typed(text, own, kind, found)
    if own in MOMENTS or (own == NUMBER and not text.isdigit()):
        return score - 1.5
    return score + _shaped(text, values, found)


def _known(text: str) -> float:
    words = [fold(word) for word in _WORD.findall(_HUMP.sub(" ", text))]
    if 0 < len(words) <= 4 and any(word in LABEL_WORDS for word in words):
        return 1.5
    return 0.5 if re.fullmatch(r"[a-z]+[0-9]*(?:_[a-z0-9]+)+", text) else 0.0


def _typed(text: str, own: str | None, kind: str, found: Sequence[str]) -> float:
    """Weigh a label above values of one kind."""
    if own is None:
        return 3.0
    if own != kind:
        # A date above numbers is the label of a time series.
        return 2.0 if own in MOMENTS else 0.0
    if _YEAR.fullmatch(text) and not all(_YEAR.fullmatch(value.strip()) for value in found):
        return 0.5
    return -2.5 if own in MOMENTS else -1.5


def _shaped(text: str, values: Sequence[str], found: Sequence[str]) -> float:
    """Weigh a label above texts, by their shapes and whether the label is one of them."""
    if not found:
        return 0.0
    repeated = list(values).count(text)
    if repeated:
        # In a column of a few words, the first row has one of these words.
        return -2.0 if repeated * 10 >= len(found) and len(set(found)) * 2 <= len(found) else -0.5
    shapes = [signature(value) for value in found]
    shape = max(set(shapes), key=shapes.count)
    if shapes.count(shape) < _ALIKE * len(shapes):
        return 0.0
    if len(found) < 3:
        return 0.0
    own = signature(text)
    coded = "9" in shape
    if own != shape:
        return 2.0 if coded else 1.0
    widths = set(map(len, found))
    if coded or (len(widths) == 1 and len(text) in widths and shape == "A"):
        return -1.5
    return -0.2


def _together(labels: Sequence[str], columns: Sequence[Sequence[str]]) -> Iterator[float]:
    """Weigh what only several labels show: the numbers of columns, a sequence of years, and labels
    that are equal."""
    texts = [label.strip() for label in labels]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 9]
    if len(numbers) >= 3 and len(numbers) >= len(texts) - 4:
        steps = {after - before for before, after in pairwise(numbers)}
        counted = steps == {1} and numbers[0] in (0, 1)
        years = len(steps) == 1 and min(steps) > 0 and all(_YEAR.fullmatch(str(n)) for n in numbers)
        if (counted or years) and not _continues(numbers, columns):
            yield 2.0 * len(numbers)
    filled = [fold(text) for text in texts if text]
    if len(set(filled)) < len(filled):
        yield -1.0


def _continues(numbers: Sequence[int], columns: Sequence[Sequence[str]]) -> bool:
    """Return whether the next row is such a sequence too, so that the first is a row like it."""
    second = [column[0].strip() for column in columns]
    digits = [int(text) for text in second if text.isascii() and text.isdigit() and len(text) < 9]
    steps = {after - before for before, after in pairwise(digits)}
    return len(digits) == len(numbers) and len(steps) == 1
