"""Guesses the words for true and false."""

from collections.abc import Sequence
from typing import Final

_PAIRS: Final = (
    ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"),
    ("ja", "nein"), ("j", "n"), ("wahr", "falsch"), ("oui", "non"), ("o", "n"), ("vrai", "faux"),
    ("sí", "no"), ("si", "no"), ("s", "n"), ("verdadero", "falso"), ("sim", "não"), ("sì", "no"),
    ("tak", "nie"), ("ano", "ne"), ("да", "нет"), ("ja", "nej"), ("kyllä", "ei"),
    ("evet", "hayır"), ("igen", "nem"), ("ja", "nee"), ("はい", "いいえ"), ("是", "否"),
)  # fmt: skip

Words = tuple[tuple[str, ...] | None, tuple[str, ...] | None]


def boolean_words(values: Sequence[str]) -> Words | None:
    """Return the values for true and for false, (None, None) for the default ones, or None if the
    distinct values are not such words. Both words must be there, except for true and false."""
    folded = {value.casefold() for value in values}
    for true, false in _PAIRS:
        alone = true == "true" and folded <= {true, false}
        if not alone and folded != {true, false}:
            continue
        if alone and all(v in (v.lower(), v.upper(), v.title()) for v in values):
            return None, None
        words = [tuple(v for v in values if v.casefold() == word) for word in (true, false)]
        return words[0] or (true,), words[1] or (false,)
    return None
