"""What a single text looks like, whatever the column: a number, a date, an address, a code.

These shapes are rough, because they serve as evidence: for a header above a column, and for the
comment of a column whose values are not all of one type.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from csvgate_ops.author.infer.columns.affixes import split

MISSING: Final = frozenset(
    ["NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "\\N", "-", "--", "nil", "NaN", "nan",
     "(null)", "<NA>", "n.a.", "k.A.", "#NV", "#N/D", "N/D", "n/d", "n/v", "---", "none", "?", ".",
     "0000-00-00", "0000-00-00 00:00:00"]
)  # fmt: skip
"""Texts that programs and people write for a value that is not there."""
NUMBER: Final = "a number"
DATE: Final = "a date"
TIME: Final = "a time"
DATETIME: Final = "a datetime"
EMAIL: Final = "an email address"
URL: Final = "a URL"
IDENTIFIER: Final = "a UUID"
NETWORK: Final = "an IP address"
BOOLEAN: Final = "a boolean"
ADDRESSES: Final = frozenset([EMAIL, URL, IDENTIFIER, NETWORK])
"""Kinds that a label never has."""
MOMENTS: Final = frozenset([DATE, TIME, DATETIME])
_MONTH: Final = r"[^\W\d_]{3,10}\.?"
_WEEKDAY: Final = r"(?:[^\W\d_]{2,12}\.?,? )?"
_DATE: Final = (
    rf"(?:{_WEEKDAY}(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\.?|\d{{4}}\. \d{{1,2}}\. \d{{1,2}}\.?"
    rf"|\d{{1,2}}([-/.])\d{{1,2}}\1(?:\d{{4}}|\d\d)"
    rf"|\d{{1,2}}(?: de)?[ ./-]+{_MONTH}(?: del?)?[ ,./-]+\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}"
    r"|\d{4}年\d{1,2}月\d{1,2}日|\d{4}년 ?\d{1,2}월 ?\d{1,2}일))"
)
_TIME: Final = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_ZONE: Final = (
    r"(?: ?(?:Z|(?:UTC|GMT)[+-]\d{1,2}|UTC|GMT|[+-]\d\d(?::?\d\d)?|[A-Z]{3,4}"
    r"|[A-Z][a-z]+/[A-Z]\w+))?"
)
_KINDS: Final = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (DATE, _DATE),
        (TIME, _TIME),
        (DATETIME, rf"{_DATE}(?:[T ]|, )(?:{_TIME}){_ZONE}"),
        (EMAIL, r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)++"),
        (URL, r"[a-z][a-z0-9+.-]*://\S+"),
        (IDENTIFIER, r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        (NETWORK, r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
        (BOOLEAN, r"(?i:true|false)"),
    )
)
_LONGEST: Final = 400


def kind_of(text: str) -> str | None:
    """Return what the text looks like, without spaces around it; None for other text."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    found = next((kind for kind, pattern in _KINDS if pattern.fullmatch(text)), None)
    return NUMBER if found is None and split(text) else found


def kinds_of(values: Iterable[str]) -> Counter[str | None]:
    """Count the kinds of values that are neither blank nor stand for a missing value."""
    return Counter(kind_of(v) for v in values if v.strip() and v.strip() not in MISSING)


def dominant_kind(values: Collection[str], least: float) -> str | None:
    """Return the kind that at least this share of the values has, or None."""
    counts = kinds_of(values)
    if not counts:
        return None
    [(kind, count)] = counts.most_common(1)
    return kind if count >= least * counts.total() else None


def signature(text: str) -> str:
    """Return the shape of a text: `A-9` for ORD-00017, `Aa` for Bonn. Runs count once."""
    text = text.strip()[:60]
    text = re.sub(r"\d+", "9", text)
    text = "".join("a" if c.islower() else "A" if c.isalpha() else c for c in text)
    return re.sub(r"(.)\1+", r"\1", text)
