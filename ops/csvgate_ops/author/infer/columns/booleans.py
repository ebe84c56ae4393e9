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

_PLAIN: Final = (("true", "false"), ("1", "0"))
"""Words that have no other meaning beside words for true and false, even without their opposite."""
_MOST_WORDS: Final = 8

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
    return _of_several_pairs(values, folded)


def _of_several_pairs(values: Sequence[str], folded: set[str]) -> Words | None:
    """Return the words of a column that several people or programs filled: J and N beside true and
    false. Each word must be there with its opposite."""
    pairs = [pair for pair in _PAIRS if folded >= {*pair}]
    if not pairs or len(values) > _MOST_WORDS:
        return None
    true, false = (frozenset(words) for words in zip(*pairs, *_PLAIN, strict=True))
    if true & false or not folded <= true | false:
        return None
    return tuple(v for v in values if v.casefold() in true), tuple(
        v for v in values if v.casefold() in false
    )
