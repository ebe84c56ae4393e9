"""Whether a text is one BigQuery condition that can stand inside a larger statement.

The text is not parsed as SQL. It must not be able to end the place where it is put: parentheses are
balanced, strings end, and there are neither comments nor queries.
"""

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<string>
        \"\"\" (?: \\. | (?!\"\"\") . )* \"\"\"  |  ''' (?: \\. | (?!''') . )* '''
      | " (?: \\. | [^"\\\n] )* "                |  ' (?: \\. | [^'\\\n] )* '
      | ` (?: \\. | [^`\\\n] )+ `
    )
    | (?P<word> [^\W\d] \w* )
    | (?P<comment> -- | \# | /\* )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSING: Final = {"(": ")", "[": "]"}


def wrong_condition(text: str) -> str | None:
    """Return why a text cannot be a condition, with the remedy; None if nothing is found."""
    if not text.strip():
        return "is empty; write a condition, such as state = 'deleted', or drop it"
    expected: list[str] = []
    for token in _TOKEN.finditer(text):
        word, kind = token[0], token.lastgroup
        if kind == "comment":
            return f"has a comment ({word}); drop it"
        if kind == "word" and word.upper() == "SELECT":
            return f"has {word}; a condition can use only the columns of one row"
        if kind == "other" and (wrong := _wrong_character(word, expected)):
            return wrong
    return f"lacks a {expected[-1]}; close what is open" if expected else None


def _wrong_character(character: str, expected: list[str]) -> str | None:
    """`expected` are the closing brackets of those that are open, the innermost last."""
    if character in "'\"`":
        return f"has a {character} that is not closed; write it twice around the text"
    if character in ";@?\0":
        return f"has {character!r}, which a condition cannot have; write values as literals"
    if character in _CLOSING:
        expected.append(_CLOSING[character])
    elif character in _CLOSING.values() and (not expected or expected.pop() != character):
        return f"has a {character} too many; drop it"
    return None
