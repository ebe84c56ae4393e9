"""Parses dates, times of day, timestamps, years and months of a year."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.arrays import Ints, Ints32, Mask, fixed_width_array
from csvgate.validation.fast.kernels.fixed_width import probes
from csvgate.validation.fast.kernels.numbers.bounds import Bounds
from csvgate.validation.fast.kernels.times.calendar import days_since_1970, seconds_of_day
from csvgate.validation.fast.kernels.times.forms import Forms
from csvgate.validation.fast.kernels.times.layout import (
    Fields,
    Layout,
    shape_of,
    shape_of_cell,
)
from csvgate.validation.fast.kernels.times.local import LocalTimes
from csvgate.validation.fast.words import MAX_FIRST_WORDS, WORD, Text

_DAY: Final = 86_400
_SECOND: Final = 1_000_000
FIRST: Final = int(np.datetime64("0001-01-01", "us").astype(np.int64))
END: Final = int(np.datetime64("10000-01-01", "us").astype(np.int64))
"""The microseconds since 1970 of the first moment in BigQuery's range, and of the first one after
it."""
_MAX_LAYOUTS: Final = 12
"""Forms of a column that are read here. A column with more forms was most likely typed by a person,
and is short."""
_LONGEST: Final = WORD * MAX_FIRST_WORDS
"""Bytes of the longest form."""

_Read = Callable[[Layout, Text, Mask], "Ints | Ints32"]
"""Returns the values of cells, and sets the mask to false where there is any doubt."""


class MomentParser:
    """Parses cells in one of several forms. A form is tried once it occurred in a cell."""

    def __init__(
        self, kind: "pa.DataType", forms: Forms, bounds: Bounds, local: LocalTimes | None = None
    ) -> None:
        """The values are days for date32, years for int64, and microseconds for other types, all of
        them since 1970 or midnight; so are the bounds. `local` is for timestamps of another time
        zone than UTC."""
        self._kind: Final = kind
        self._tail: Final = forms.tail
        self._bounds: Final = bounds
        self._local: Final = local
        self._layouts: Final = [Layout(forms.heads[0])]
        self._others: Final = {shape_of(form): form for form in forms.heads[1:]}
        """The forms that have not occurred yet."""
        reads: dict[pa.DataType, _Read] = {
            pa.date32(): self._days,
            pa.int64(): self._years,
            pa.time64("us"): self._times,
        }
        self._read: Final = reads.get(kind, self._timestamps)

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        values, cleared = self._read_as(self._layouts[0], text)
        counts = [0, int(np.count_nonzero(cleared))]
        for layout in self._layouts[1:]:
            self._add(layout, text, values, cleared)
            counts.append(int(np.count_nonzero(cleared)))
        while (found := self._next_layout(text, missing, cleared)) is not None:
            self._add(found, text, values, cleared)
            counts.append(int(np.count_nonzero(cleared)))
        self._sort_layouts(counts)
        self._bounds.apply(values, cleared)
        return fixed_width_array(self._kind, values, missing), cleared

    def _sort_layouts(self, counts: list[int]) -> None:
        """Move the layout that read most cells to the front. `counts` are the cells that were
        cleared before the first layout and after each."""
        found = [after - before for before, after in pairwise(counts)]
        self._layouts.insert(0, self._layouts.pop(found.index(max(found))))

    def _add(self, layout: Layout, text: Text, values: "Ints | Ints32", cleared: Mask) -> None:
        """Read the cells that are not cleared and may have the layout."""
        fits = self._may_fit(layout, text)
        fits &= ~cleared
        rows = np.flatnonzero(fits)
        if len(rows):
            values[rows], cleared[rows] = self._read_as(layout, text.select(rows))

    def _next_layout(self, text: Text, missing: Mask | None, cleared: Mask) -> Layout | None:
        """Return a new layout that one of a few uncleared cells has; None if there is none."""
        if not self._others or len(self._layouts) >= _MAX_LAYOUTS:
            return None
        for part in probes(text, cleared, missing, _LONGEST):
            cell = shape_of_cell(part)
            for shape, form in self._others.items():
                if _has_shape(cell, shape, is_whole=self._tail.is_empty):
                    del self._others[shape]
                    self._layouts.append(Layout(form))
                    return self._layouts[-1]
        return None

    def _may_fit(self, layout: Layout, text: Text) -> Mask:
        is_whole = self._tail.is_empty
        fits: Mask = text.lengths == layout.width if is_whole else text.lengths >= layout.width
        return fits

    def _read_as(self, layout: Layout, text: Text) -> tuple["Ints | Ints32", Mask]:
        cleared = self._may_fit(layout, text)
        return self._read(layout, text, cleared), cleared

    def _years(self, layout: Layout, text: Text, cleared: Mask) -> Ints:
        years: Ints32 = layout.read(text, cleared)["Y"]
        cleared &= years > 0
        return years.astype(np.int64)

    def _days(self, layout: Layout, text: Text, cleared: Mask) -> Ints32:
        fields = layout.read(text, cleared)
        days = _days_of(fields, cleared)
        if not {"H", "M", "S"}.isdisjoint(fields):
            _seconds_of(fields, cleared)
        if not self._tail.is_empty:
            self._read_tail(layout, text, cleared)
        return days

    def _times(self, layout: Layout, text: Text, cleared: Mask) -> Ints:
        values = _seconds_of(layout.read(text, cleared), cleared).astype(np.int64)
        values *= _SECOND
        if not self._tail.is_empty:
            values += self._read_tail(layout, text, cleared)
        return values

    def _timestamps(self, layout: Layout, text: Text, cleared: Mask) -> Ints:
        fields = layout.read(text, cleared)
        values = _days_of(fields, cleared).astype(np.int64)
        values *= _DAY
        values += _seconds_of(fields, cleared)
        values *= _SECOND
        if not self._tail.is_empty:
            values += self._read_tail(layout, text, cleared)
            cleared &= (values >= FIRST) & (values < END)
        if self._local is not None:
            self._local.to_utc(values, cleared)
            cleared &= (values >= FIRST) & (values < END)
        return values

    def _read_tail(self, layout: Layout, text: Text, cleared: Mask) -> Ints:
        return self._tail.read(text, layout.width, cleared, has_seconds=layout.has_seconds)


def _days_of(fields: Fields, cleared: Mask) -> Ints32:
    first = np.uint8(1)
    months = fields.get("m", fields.get("b", first))
    return days_since_1970(fields["Y"], months, fields.get("d", first), cleared)


def _seconds_of(fields: Fields, cleared: Mask) -> Ints32:
    zero = np.uint8(0)
    hours, minutes, seconds = (fields.get(name, zero) for name in "HMS")
    return np.broadcast_to(seconds_of_day(hours, minutes, seconds, cleared), cleared.shape)


def _has_shape(cell: bytes, shape: bytes, *, is_whole: bool) -> bool:
    """Return whether the cell begins with the shape, or is the shape."""
    if len(cell) < len(shape) or (is_whole and len(cell) > len(shape)):
        return False
    return all(a == b or b == ord("?") for a, b in zip(cell, shape, strict=False))
