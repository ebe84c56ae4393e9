"""Decides whether a pattern may be matched against any text, and how long the text may be."""

import re
from functools import lru_cache
from typing import Final

from csvgate.contracts.patterns.backtracking import Automaton, TooManyWaysError, _parser

LONGEST_TEXT: Final = 1_000
"""The most characters for a pattern with quadratic backtracking: a million steps."""
_MOST_CHOICES: Final = 16.0
"""The base-2 logarithm of the most ways outside loops: 65,536."""


class HostilePatternError(ValueError):
    """The message says what is wrong with the pattern and what the contract's author can do."""


@lru_cache(maxsize=256)
def text_limit(pattern: str) -> int | None:
    """Return the most characters that the pattern may be matched against; None if any number is
    fine.

    Raises re.error for a pattern that is not a regular expression, and HostilePatternError for one
    that a text of a few dozen characters could keep `re` busy with forever.
    """
    try:
        tree = _parser.parse(pattern)
        # A flag inside a group is recognised by its letter alone and assumed for the whole pattern.
        folded = re.IGNORECASE if "(?" in pattern and "i" in pattern else 0
        automaton = Automaton(tree.state.flags | folded)
        degree = automaton.degree(tree)
    except RecursionError:
        raise HostilePatternError("is nested too deeply; simplify it") from None
    except TooManyWaysError as error:
        raise HostilePatternError(f"{error}: some texts would take forever to refuse") from None
    if degree > 1 or automaton.choices > _MOST_CHOICES:
        raise HostilePatternError(
            "has parts one after the other that can match the same text: some texts would take "
            "forever to refuse; put something between them that neither matches, or bound them by "
            "maxLength and a simpler pattern"
        )
    return LONGEST_TEXT if degree else None
