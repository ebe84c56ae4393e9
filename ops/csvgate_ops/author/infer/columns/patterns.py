"""The strptime patterns that may read a date, a time, or both."""

import re
from collections.abc import Iterator
from typing import Final

from csvgate_ops.author.infer.columns.evidence import Evidence

_NUMERIC_DAYS: Final = (
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y",
    "%m-%d-%y", "%Y.%m.%d", "%Y.%m.%d.", "%Y. %m. %d.", "%m.%d.%Y",
    "%Y年%m月%d日", "%Y년 %m월 %d일", "%Y년%m월%d일",
)  # fmt: skip
_NAMED_DAYS: Final = (
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
    "%d. %b %Y", "%d. %B %Y", "%d/%b/%Y", "%a, %d %b %Y", "%A, %d. %B %Y", "%A, %B %d, %Y",
    "%a %d %b %Y", "%a, %b %d, %Y", "%d %b %y", "%d. %B %y", "%d/%b/%y", "%d de %B de %Y",
    "%a %d. %b %Y",
)  # fmt: skip
_CLOCKS: Final = (
    "%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S.%f", "%H:%M:%S %z", "%H:%M:%S%z",
    "%H:%M:%S %Z", "%H:%M %Z", "%H.%M", "%I:%M%p",
)  # fmt: skip
_TIMES: Final = ("%I:%M %p", "%I:%M:%S %p", "%I:%M%p")
_GAPS: Final = (" ", ", ", "T", ":")
_NAME: Final = re.compile("%[aAbB]")
_DIRECTIVE: Final = re.compile("%.")
_HALF: Final = re.compile(r"[AaPp][Mm]")
_WORD: Final = re.compile(r"[^\W\d_]{3}")
"""Three letters, as the shortest names of months have."""


def patterns_for(sample: str, evidence: Evidence) -> Iterator[str]:
    """Yield the patterns that may read a value, the likeliest first."""
    days = [*_NAMED_DAYS, *_NUMERIC_DAYS]
    if evidence.month_first:
        days.sort(key=lambda day: not day.startswith("%m"))
    yield from (pattern for pattern in (*_TIMES, *days) if _may_read(pattern, sample))
    for day in [*days, "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y"]:
        if _may_read(day, sample):
            every = (f"{day}{gap}{clock}" for gap in _GAPS for clock in _CLOCKS)
            yield from (pattern for pattern in every if _may_read(pattern, sample))


def _may_read(pattern: str, sample: str) -> bool:
    """Return whether the characters of a pattern, without its directives, occur in a value, and the
    value has words if the pattern has names."""
    plain = _DIRECTIVE.sub("", pattern)
    if any(plain.count(char) > sample.count(char) for char in set(plain)):
        return False
    if "%p" in pattern and not _HALF.search(sample):
        return False
    return not has_names(pattern) or _WORD.search(sample) is not None


def has_names(pattern: str) -> bool:
    """Return whether a pattern reads names of months or days."""
    return _NAME.search(pattern) is not None
