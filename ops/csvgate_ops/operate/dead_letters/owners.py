"""Who has to act on a letter: the operator, the uploader or nobody."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.runbook import OWNERS, Owner, owner_of

WORDS: Final[dict[Owner, str]] = {
    "operator": "yours",
    "uploader": "the uploaders’",
    "nobody": "nobody’s",
}
"""Whose letters these are, as the console writes it beside them."""
SELECTED: Final[dict[Owner, str]] = {
    "operator": "of yours",
    "uploader": "of uploaders",
    "nobody": "of nobody",
}
"""The same in the sentence about a selection: `3 letters of yours`."""


def owner_of_letter(letter: DeadLetter) -> Owner:
    """Return the owner of the letter's code. A letter that claims an uploader's code without the
    facts of a rejection is the operator's: nobody was informed of it by email, and anyone with the
    right to publish can write a code."""
    owner = owner_of(letter.code)
    return owner if letter.is_rejection or owner == "operator" else "operator"


def by_owner(letters: Iterable[DeadLetter]) -> dict[Owner, int]:
    """Return the number of letters of each owner, including 0."""
    found = Counter(owner_of_letter(letter) for letter in letters)
    return {owner: found[owner] for owner in OWNERS}


def operators_first(letters: Iterable[DeadLetter]) -> list[DeadLetter]:
    """Return the letters by owner, those of each owner in the same order."""
    return sorted(letters, key=lambda letter: OWNERS.index(owner_of_letter(letter)))


def of_operator(letters: Iterable[DeadLetter]) -> list[DeadLetter]:
    """Return the operator's letters in the same order."""
    return [letter for letter in letters if owner_of_letter(letter) == "operator"]
