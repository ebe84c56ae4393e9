"""Bugs in the extraction and the checks of texts: cells cut at their ends, missing values."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.contracts import constraints
from csvgate.csv.record_reader import RecordReader, State
from csvgate.validation.cells import Cells
from csvgate.validation.fast import cell_slices
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.learning.dictionary import Encoded
from csvgate.validation.fast.kernels.missing import MissingValues
from csvgate.validation.fast.kernels.strings import kernel as strings
from csvgate.validation.fast.kernels.strings.cell_test import CellTest
from csvgate.validation.fast.kernels.strings.fixed_pattern import FixedPattern
from csvgate.validation.fast.structural_index import Separators, StructuralIndex
from csvgate.validation.fast.table import CellSplitter
from csvgate.validation.fast.words import Text
from mutation.mutant import Mutant
from simulate.world.swap import swapped
from unit.types import test_cells
from unit.validation.fast.framing import test_cell_ends

Where = Callable[[Slices], Any]


def _last_byte_masked(length: int) -> AbstractContextManager[Any]:
    """The words of cells of this length lack the last byte, so that two cells look the same."""
    count = -(-length // 8)
    kept = [masks.copy() for masks in cell_slices._KEPT]
    kept[count][length] = kept[count][length - 1]
    return swapped(cell_slices, "_KEPT", kept)


def _has_length(length: int, cells: Slices) -> Any:
    return cells.ends - cells.starts == length


def _ends_in_several_bytes(cells: Slices) -> Any:
    last = np.frombuffer(cells.block.data, np.uint8).take(cells.ends - 1)
    return (last >= 0x80) & (cells.ends > cells.starts)


def _copy_cut(where: Where) -> AbstractContextManager[Any]:
    """The copies of these cells lack the last byte."""
    original = Slices._copy

    def copy(self: Slices, starts: Any, ends: Any) -> Any:
        return original(self, starts, ends - where(replace(self, starts=starts, ends=ends)))

    return swapped(Slices, "_copy", copy)


def _single_cell_cut() -> AbstractContextManager[Any]:
    """A cell that the rules read again lacks its last character, if that has several bytes."""
    original = Slices.contents

    def contents(self: Slices, indexes: Any) -> list[bytes]:
        return [
            found if found.isascii() else found.decode("utf-8", "ignore")[:-1].encode()
            for found in original(self, indexes)
        ]

    return swapped(Slices, "contents", contents)


def _spaces_stripped() -> AbstractContextManager[Any]:
    original = Encoded.keys

    def keys(self: Encoded, cells: Slices) -> list[bytes]:
        return [key.rstrip(b" ") for key in original(self, cells)]

    return swapped(Encoded, "keys", keys)


def _last_cell_of_the_file_cut() -> AbstractContextManager[Any]:
    original = StructuralIndex.separators

    def separators(self: StructuralIndex, ranges: Any) -> Separators:
        found = original(self, ranges)
        if ranges and ranges[-1].unfinished:
            found.positions[-1] -= 1
        return found

    return swapped(StructuralIndex, "separators", separators)


def _quoted_cell_cut(length: int) -> AbstractContextManager[Any]:
    original = CellSplitter._slices

    def slices(self: CellSplitter, framed: Any, starts: Any, ends: Any, quoted: Any) -> Slices:
        found = original(self, framed, starts, ends, quoted)
        cut = np.zeros(len(found), np.int32)
        cut[quoted] = (found.ends - found.starts)[quoted] == length
        return replace(found, ends=found.ends - cut)

    return swapped(CellSplitter, "_slices", slices)


def _content_of_doubled_cut() -> AbstractContextManager[Any]:
    """A quote at the end of a cell, which is written twice, is lost."""
    original = Slices.unescape

    def unescape(self: Slices, written: bytes) -> bytes:
        found = original(self, written)
        return found[:-1] if written.endswith(self.quote.encode() * 2) else found

    return swapped(Slices, "unescape", unescape)


def _line_break_in_a_cell_changed() -> AbstractContextManager[Any]:
    original = RecordReader.feed

    def feed(self: RecordReader, text: str, terminator: str) -> State:
        return original(self, text, "\n" if terminator == "\r\n" else terminator)

    return swapped(RecordReader, "feed", feed)


def _pattern_ends_after(count: int) -> AbstractContextManager[Any]:
    original = FixedPattern.__init__

    def init(self: Any, characters: Sequence[frozenset[int]]) -> None:
        every = frozenset(range(256))
        original(self, [*characters[:count], *[every] * len(characters[count:])])

    return swapped(FixedPattern, "__init__", init)


def _lengths_in_bytes() -> AbstractContextManager[Any]:
    def within(least: int, greatest: int | None) -> CellTest:
        def fits(cells: Slices) -> Any:
            lengths = pc.binary_length(cells.binary).to_numpy()
            found = lengths >= least
            return found if greatest is None else found & (lengths <= greatest)

        return CellTest(fits, text_only=False)

    return swapped(strings, "within", within)


def _missing_value_trimmed_by_rules() -> AbstractContextManager[Any]:
    original = Cells._read

    def read(self: Cells, text: str) -> object:
        stripped = text.strip()
        return original(self, stripped if stripped in self.missing else text)

    return swapped(Cells, "_read", read)


def _missing_value_trimmed_by_kernel() -> AbstractContextManager[Any]:
    original = MissingValues.where

    def where(self: MissingValues, cells: Slices) -> Any:
        stripped = [cell.strip() for cell in cells.binary.to_pylist()]
        text = Text.of(pa.array(stripped, pa.binary()))
        stand_in: Any = SimpleNamespace(lengths=text.lengths, text=text)
        return original(self, stand_in)

    return swapped(MissingValues, "where", where)


def _enum_ignores_case() -> AbstractContextManager[Any]:
    original = constraints._enum

    def enum(allowed: frozenset[Any], shown: str) -> constraints.Check:
        lower = frozenset(v.lower() if isinstance(v, str) else v for v in allowed)
        check = original(lower, shown)
        return lambda text, v: check(text, v.lower() if isinstance(v, str) else v)

    return swapped(constraints, "_enum", enum)


_WHOLE: Final = (test_cell_ends.test_cells_come_whole,)
_PATTERN: Final = (test_cell_ends.test_a_pattern_is_matched_up_to_its_end,)
_MISSING: Final = (test_cell_ends.test_a_missing_value_has_no_spaces_around_it,)

TEXT: dict[str, Mutant] = {
    **{
        f"the last of {length} bytes is not compared": Mutant(
            partial(_last_byte_masked, length), _WHOLE
        )
        for length in (1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 127, 128)
    },
    **{
        f"the last of {length} bytes is cut": Mutant(
            partial(_copy_cut, partial(_has_length, length)), _WHOLE
        )
        for length in (7, 8, 9, 15, 16, 17, 31, 32, 33)
    },
    "a character of several bytes is cut at a cell's end": Mutant(
        partial(_copy_cut, _ends_in_several_bytes), _WHOLE
    ),
    "a character of several bytes is cut where the rules read a cell again": Mutant(
        _single_cell_cut, (test_cell_ends.test_the_value_of_a_fault_is_the_whole_cell,)
    ),
    "the last byte is cut of the file's last cell": Mutant(
        _last_cell_of_the_file_cut, (test_cell_ends.test_the_last_cell_of_a_file_comes_whole,)
    ),
    **{
        f"the last of {length} bytes in quotes is cut": Mutant(
            partial(_quoted_cell_cut, length), _WHOLE
        )
        for length in (1, 8, 16, 31)
    },
    "a quote is cut at a cell's end": Mutant(_content_of_doubled_cut, _WHOLE),
    "spaces are cut at the end of short cells": Mutant(_spaces_stripped, _WHOLE),
    "a line break in a cell loses its carriage return": Mutant(
        _line_break_in_a_cell_changed, _WHOLE
    ),
    "a pattern is not compared after 32 characters": Mutant(
        partial(_pattern_ends_after, 32), _PATTERN
    ),
    "a pattern is not compared after 8 characters": Mutant(
        partial(_pattern_ends_after, 8), _PATTERN
    ),
    "the kernel counts the bytes of a text": Mutant(
        _lengths_in_bytes, (test_cell_ends.test_characters_are_counted_and_not_bytes,)
    ),
    "the rules trim a missing value": Mutant(_missing_value_trimmed_by_rules, _MISSING),
    "the kernel trims a missing value": Mutant(_missing_value_trimmed_by_kernel, _MISSING),
    "the values of an enum are compared without their case": Mutant(
        _enum_ignores_case, (test_cells.test_constraints_of_text,)
    ),
}
