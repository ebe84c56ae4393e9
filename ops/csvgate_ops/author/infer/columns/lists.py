"""Recognises columns whose cells have several values, such as `red|green|blue`."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import Final

_DELIMITERS: Final = ("|", ";", "; ")
"""Delimiters that texts rarely contain. A comma is part of most texts, and ` | ` of titles."""
_LEAST: Final = 2
"""Distinct cells that have several items."""
_LONGEST: Final = 40
"""The most characters of an item. Longer texts are usually sentences."""
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Listed:
    delimiter: str
    item_type: str | None
    """None for texts."""


def list_of(counts: Counter[str]) -> Listed | None:
    """Return how the cells of a column are lists: several have items that others have, too, and no
    item is empty, long, or has spaces around it."""
    for delimiter in _DELIMITERS:
        cells = [text.split(delimiter) for text in counts]
        several = [items for items in cells if len(items) > 1]
        if len(several) < _LEAST or any(len(set(items)) < len(items) for items in cells):
            continue
        items = Counter(chain.from_iterable(cells))
        shared = sum(1 for count in items.values() if count > 1)
        if shared * 2 < len(items) or not all(map(_is_item, items)):
            continue
        if any(delimiter.strip() in item for item in items):
            continue
        return Listed(delimiter, "integer" if all(map(_WHOLE.fullmatch, items)) else None)
    return None


def _is_item(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text == text.strip() and text.isprintable()
