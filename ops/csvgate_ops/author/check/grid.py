"""A table for the terminal, made line by line so that it may have millions of lines."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from csvgate_ops.text import cut_to_width, display_width, pad_to_width

_GAP: Final = "  "
_LEAST: Final = 40
"""The least width for wrapping the last cell; with less room it starts on a line of its own."""

Style = Callable[[str], str]


class Grid:
    """A table whose last column is as wide as its text.

    `widths` are the widths of the other columns; the first column has numbers, aligned to the
    right. `columns` is the width of the terminal, or None for lines of any length.
    """

    def __init__(self, titles: Sequence[str], widths: Sequence[int], columns: int | None) -> None:
        self._titles = titles
        self._widths = [max(display_width(t), w) for t, w in zip(titles, widths, strict=False)]
        self._columns = columns

    def head(self) -> str:
        return self._cells(self._titles[:-1]) + _GAP + self._titles[-1] + "\n"

    def line(self, cells: Sequence[str], style: Style = str) -> str:
        """Return one line, with the last cell cut at the width of the terminal."""
        start, last = self._cells(cells[:-1]), cells[-1]
        if self._columns is not None:
            room = self._columns - display_width(start) - len(_GAP)
            last = cut_to_width(last, max(room, _LEAST))
        return style(start) + _GAP + last + "\n"

    def wrapped(self, cells: Sequence[str], style: Style = str) -> Iterator[str]:
        """Yield the lines of a row, wrapping the last cell. `style` colours the other cells."""
        start, last = self._cells(cells[:-1]), cells[-1]
        used = display_width(start) + len(_GAP)
        if self._columns is None or used + display_width(last) <= self._columns:
            yield style(start) + _GAP + last + "\n"
            return
        if self._columns - used >= _LEAST:
            first, *rest = textwrap.wrap(last, self._columns - used)
            yield style(start) + _GAP + first + "\n"
        else:
            used = self._widths[0] + len(_GAP)
            rest = textwrap.wrap(last, max(self._columns - used, _LEAST))
            yield style(start) + "\n"
        for line in rest:
            yield " " * used + line + "\n"

    def _cells(self, cells: Sequence[str]) -> str:
        padded = (
            pad_to_width(cell, columns, right=not i)
            for i, (cell, columns) in enumerate(zip(cells, self._widths, strict=True))
        )
        return _GAP.join(padded)
