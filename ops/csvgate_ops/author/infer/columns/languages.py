"""Finds the language of the names of months and days in dates."""

import re
from collections.abc import Sequence
from typing import Final

from csvgate.types.common.times.names import fold, languages, names_in

_COMMON: Final = ("de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "ru")
"""Languages that are tried first, because some names are the same in several."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NOT_NAMES: Final = frozenset(["am", "pm", "utc", "gmt", "t", "z", "de", "del", "of"])


def languages_of(values: Sequence[str]) -> list[str]:
    """Return the languages that have all words of dates as names of months or days."""
    words = {fold(word) for value in values for word in _WORD.findall(value)} - _NOT_NAMES
    if not words:
        return []
    tags = languages()
    ordered = [*(t for t in _COMMON if t in tags), *(t for t in tags if t not in _COMMON)]
    return [tag for tag in ordered if all(_is_name(tag, word) for word in words)]


def _is_name(tag: str, word: str) -> bool:
    names = names_in(tag)
    return (
        word in names.months
        or word in names.short_months
        or word in names.days
        or word in names.short_days
    )
