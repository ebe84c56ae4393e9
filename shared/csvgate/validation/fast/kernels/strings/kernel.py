"""Clears string columns, whose cells are their values: checks lengths, formats and patterns."""

from collections.abc import Sequence
from typing import Final

from csvgate.types.common.field_type import Field
from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.blocks import SPARE
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.missing import MissingValues
from csvgate.validation.fast.kernels.strings.cell_test import (
    CellTest,
    is_ascii_only,
    is_readable,
    matching,
)
from csvgate.validation.fast.kernels.strings.formats import FORMAT_TESTS, fixed
from csvgate.validation.fast.kernels.strings.lengths import within
from csvgate.validation.fast.kernels.strings.utf8 import not_text


class StringKernel:
    def __init__(
        self, tests: Sequence[CellTest], missing: frozenset[str], *, required: bool
    ) -> None:
        self._tests: Final = tests
        self._text_only: Final = any(test.text_only for test in tests)
        lengths = [test.length for test in tests if test.length and test.text_only]
        self._length: Final = lengths[0] if lengths and lengths[0] <= SPARE else None
        self._missing: Final = MissingValues(missing)
        self._required: Final = required

    def clear(self, slices: Slices) -> Column:
        cleared: Mask | None = None
        for test in self._tests:
            fits = test.fits(slices)
            cleared = fits if cleared is None else cleared & fits
        missing = self._missing.where(slices)
        if missing is not None:
            if self._required:
                cleared = ~missing if cleared is None else cleared & ~missing
                missing = None
            elif cleared is not None:
                cleared |= missing
        if self._length and missing is None:
            return Column(as_string(slices.of_length(self._length)), cleared)
        invalid = None if self._text_only else not_text(slices.binary)
        if invalid is not None:
            cleared = ~invalid if cleared is None else cleared & ~invalid
        return Column(as_string(slices.binary, missing), cleared, are_texts=True)


def tests_of(field: Field, length: int | None) -> list[CellTest] | None:
    """Return the tests for a field of type string whose column has that maximum length; None if one
    of its rules cannot be tested here."""
    rules, found = field.constraints, list[CellTest]()
    maxima = [limit for limit in (rules.max_length, length) if limit is not None]
    if rules.min_length is not None or maxima:
        found.append(within(rules.min_length or 0, min(maxima, default=None)))
    (name,) = field.formats
    if name != "default":
        found += FORMAT_TESTS[name]
    if rules.pattern is not None:
        if of_fixed_length := fixed(rules.pattern):
            found.append(of_fixed_length)
        elif is_readable(rules.pattern):
            found.append(matching(rules.pattern, text_only=is_ascii_only(rules.pattern)))
        else:
            return None
    return found
