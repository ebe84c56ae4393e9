"""How long the values of an expression can be, before any row is seen.

A short row must not become a value that fills the memory, and a long cell must not be compared with
another one character by character. Each function has a rule that bounds the length of its result by
the lengths of its arguments; a test compares the rules with the allowed functions.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isinf
from typing import Final, Self

from csvgate.enrichment.sql.refusal import RefusedExpression
from csvgate.types.bigquery import BigQueryType

MOST_GROWTH: Final = 64
"""How many times as long as a column any value in an expression can be."""
_MOST_TOTAL: Final = 512
"""The same for the sum of all values in an expression, which bounds its time."""
_MOST_FIXED: Final = 65_536
"""The most bytes of a value beyond those that grow with a column."""
_TEXTS: Final = ("STRING", "JSON", "GEOGRAPHY", "BYTES")
_NUMBER: Final = 64
"""Bytes of a value that is not text, or of what it becomes as text: an interval at most."""


@dataclass(frozen=True, slots=True)
class Size:
    """A bound of the bytes of a value: the smaller one of `most`, and of `fixed` and the length of
    each column times its share."""

    fixed: float = 0
    shares: Mapping[str, float] = field(default_factory=dict)
    most: float = inf

    @classmethod
    def of(cls, size: float) -> Self:
        return cls(size, {}, size)

    def times(self, factor: float) -> "Size":
        shares = {name: share * factor for name, share in self.shares.items()}
        return Size(self.fixed * factor, shares, self.most * factor)

    def plus(self, other: "Size") -> "Size":
        shares = Counter(self.shares) + Counter(other.shares)
        return Size(self.fixed + other.fixed, shares, self.most + other.most)

    def up_to(self, most: float) -> "Size":
        return Size(self.fixed, self.shares, min(self.most, most))


def column_size(name: str, kind: BigQueryType) -> Size:
    """Return the size of a column that is as long as its cells."""
    if kind.kind not in _TEXTS:
        return Size.of(_NUMBER)
    # A character of UTF-8 has at most 4 bytes.
    return Size(0, {name: 1}, inf if kind.length is None else 4 * kind.length)


def total(sizes: "list[Size]") -> Size:
    found = Size.of(0)
    for size in sizes:
        found = found.plus(size)
    return found


def largest(sizes: "list[Size]") -> Size:
    """Return a bound of the largest one."""
    shares: dict[str, float] = {}
    for size in sizes:
        for name, share in size.shares.items():
            shares[name] = max(share, shares.get(name, 0))
    return Size(
        max((size.fixed for size in sizes), default=0),
        shares,
        max((size.most for size in sizes), default=0),
    )


def require_bounded(size: Size, what: str) -> None:
    """Raises RefusedExpression for a value that is too much longer than the row. `what` is the end
    of a sentence about the expression."""
    if size.most <= _MOST_FIXED:
        return
    for name, share in size.shares.items():
        if share > MOST_GROWTH:
            raise RefusedExpression(
                f"{what} up to {share:,.0f} times as long as {name}, over {MOST_GROWTH}: shorten "
                f"it first, for example by left({name}, 100)"
            )
    if size.fixed > _MOST_FIXED:
        raise RefusedExpression(f"{what} of up to {size.fixed:,.0f} bytes, over {_MOST_FIXED:,}")


def require_total(size: Size) -> None:
    """Raises RefusedExpression for an expression whose values are too long in sum."""
    shares = [share for share in size.shares.values() if share > _MOST_TOTAL]
    if shares and size.most > 16 * _MOST_FIXED:
        raise RefusedExpression(
            f"computes values that are {max(shares):,.0f} times as long as a column in sum, over "
            f"{_MOST_TOTAL}: derive parts of it in a step of their own"
        )


def require_short(size: Size, most: int, function: str) -> None:
    """Raises RefusedExpression for an argument whose length may exceed `most` bytes."""
    if size.most > most:
        found = "any length" if isinf(size.most) else f"up to {size.most:,.0f} bytes"
        raise RefusedExpression(
            f"calls {function} with an argument of {found}, and its time or memory grows with the "
            f"product of the lengths: write left(…, {most // 4}), or declare STRING({most // 4})"
        )
