"""Mistakes in contracts: all are reported at once, each with its place and its remedy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Final

MOST_COMPARED: Final = 500
"""Known words with which an unknown one is compared."""
_LONGEST: Final = 300
"""Characters of a word that are compared; names of columns have no more."""
Path = tuple[str | int, ...]
Complaint = tuple[Path, str]
"""A place in the document, and a message for people about what is wrong there."""
Complaints = Iterator[Complaint]


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """A mistake in a file. `path` is like `schema.fields[3].name`, or empty for the file as a
    whole."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ContractError(ValueError):
    """Contracts with mistakes must not be deployed. The error is neither Transient nor Permanent:
    no event is at fault, and a function that cannot read its contracts must leave every message
    where it is."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        number = len(self.mistakes)
        head = f"{number} mistake{'' if number == 1 else 's'} in contracts"
        super().__init__("\n  ".join([f"{head}:", *map(str, self.mistakes)]))


def spell(path: Path) -> str:
    """Writes `('schema', 'fields', 3, 'name')` as `schema.fields[3].name`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most similar to an unknown one, if any is similar. Only the
    first MOST_COMPARED count."""
    folded = {c.casefold(): c for c in islice(known, MOST_COMPARED)}
    near = get_close_matches(word.casefold()[:_LONGEST], folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def suggest(word: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown word: the most similar known word, or all of
    them. Only the first MOST_COMPARED known words count, because a comparison takes time quadratic
    in the lengths."""
    every = list(known)
    candidates = every[:MOST_COMPARED]
    if near := closest(word, candidates):
        return f"did you mean `{near}`?"
    more = f" and {len(every) - MOST_COMPARED} more" if len(every) > MOST_COMPARED else ""
    return f"known: {', '.join(candidates)}{more}" if candidates else "there are none"
