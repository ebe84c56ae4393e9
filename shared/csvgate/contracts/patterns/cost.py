"""Whether a pattern can be matched against anybody's text, and how long a text."""

import re
from functools import lru_cache
from typing import Final

from csvgate.contracts.patterns.backtracking import TooManyWaysError, Ways, _parser

LONGEST_TEXT: Final = 1_000
"""Characters that a pattern of many ways is matched against: a million steps at most."""
_MOST_CHOICES: Final = 16.0
"""Logarithm of the ways outside of loops: 65,536."""


class HostilePatternError(ValueError):
    """What is wrong with the pattern and what to do, in words for the contract's author."""


@lru_cache(maxsize=256)
def text_limit(pattern: str) -> int | None:
    """The most characters that the pattern may be matched against; None when any number is fine.

    Raises re.error when it is no regular expression, and HostilePatternError when a text of a few
    dozen characters could keep `re` busy for ever.
    """
    try:
        tree = _parser.parse(pattern)
        # Within a group, too, a flag is told by its letter alone: taken for all of the pattern.
        folded = re.IGNORECASE if "(?" in pattern and "i" in pattern else 0
        ways = Ways(tree.state.flags | folded)
        degree = ways.degree(tree)
    except RecursionError:
        raise HostilePatternError("is nested too deeply; simplify it") from None
    except TooManyWaysError as error:
        raise HostilePatternError(f"{error}: some texts would take for ever to refuse") from None
    if degree > 1 or ways.choices > _MOST_CHOICES:
        raise HostilePatternError(
            "has parts one after the other that can match the same text: some texts would take for "
            "ever to refuse; put something between them that neither matches, or bound them by "
            "maxLength and a simpler pattern"
        )
    return LONGEST_TEXT if degree else None
