"""Divide a long list into pages. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")
PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    number: int
    """From 1."""
    pages: int
    """At least 1."""
    first: int
    """Position of the first item in the list, from 1; 0 when the list is empty."""
    total: int

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1 if self.items else 0


def number_of(wanted: str) -> int:
    """Return the number that an address gives; 1 if it gives none."""
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 9 else 1
    return max(number, 1)


def page(items: Sequence[T], wanted: str, per_page: int = PER_PAGE) -> Page[T]:
    """`wanted` is the page number from the address. Anything that is not a number gives the first
    page, and a number that is too large gives the last."""
    pages = max(1, -(-len(items) // per_page))
    number = min(number_of(wanted), pages)
    start = (number - 1) * per_page
    shown = items[start : start + per_page]
    return Page(shown, number, pages, start + 1 if shown else 0, len(items))
