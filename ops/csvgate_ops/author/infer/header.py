"""Whether the first row names the columns."""

import re
from collections.abc import Sequence
from typing import Final

_VALUE: Final = re.compile(
    r"[-+]?[0-9][0-9.,' /:TZ+-]*%?|true|false|[^@\s]+@[^@\s]+\.[^@\s]+|[a-z]+://\S+|"
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_LONGEST: Final = 100


def has_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """A first row with a value in it, such as a number, is no header; nor is one whose words come
    again below them."""
    if any(_VALUE.fullmatch(label.strip()) or len(label) > _LONGEST for label in first):
        return False
    if not any(label.strip() for label in first):
        return False
    again = [label in {row[i] for row in rest} for i, label in enumerate(first) if label.strip()]
    return not any(again)
