"""What the list of fault codes says about each code."""

from typing import NamedTuple


class Code(NamedTuple):
    code: str
    title: str
    meaning: str
    """What is wrong, and what to do about it, for the person who uploaded the file."""
