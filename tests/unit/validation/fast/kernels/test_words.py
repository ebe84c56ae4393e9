"""The arithmetic on words gives the same numbers as Python's own int."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.validation.fast.words import (
    WORD,
    Text,
    count_after_only,
    last_words,
    parse_digits,
)

CELL = st.one_of(
    st.text("0123456789", max_size=20),
    st.text("0123456789:/.-+ ,é٣\0", max_size=18),
    st.integers(0, 10**16 - 1).map(str),
).map(str.encode)


def text(cells: Sequence[bytes]) -> Text:
    return Text.of(pa.array(list(cells), pa.binary()))


def read(cells: Sequence[bytes]) -> list[int | None]:
    """Each cell as a number; None where it is none."""
    column = text(cells)
    values, fine = parse_digits(column, column.starts + column.lengths, column.lengths)
    return [v if f else None for v, f in zip(values.tolist(), fine.tolist(), strict=True)]


def expected(cell: bytes) -> int | None:
    plain = 1 <= len(cell) <= 2 * WORD and all(48 <= byte <= 57 for byte in cell)
    return int(cell) if plain else None


@given(st.lists(CELL, max_size=12))
def test_digits_are_what_int_reads(cells: list[bytes]) -> None:
    assert [expected(cell) for cell in cells] == read(cells)


@pytest.mark.parametrize("length", range(18))
def test_digits_of_every_length(length: int) -> None:
    cells = [b"0" * length, b"9" * length, b"1234567890123456789"[:length]]
    assert [expected(cell) for cell in cells] == read(cells)


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 15, 16])
@pytest.mark.parametrize("byte", [0x2F, 0x3A, 0x3F, 0x00, 0x20, 0x2B, 0x2D, 0x2E, 0x70, 0xB0, 0xFF])
def test_only_digits_are_parsed_as_digits(length: int, byte: int) -> None:
    """The neighbours of 0 and 9, and those that differ from a digit in the high half only."""
    cells = [b"5" * at + bytes([byte]) + b"5" * (length - at - 1) for at in range(length)]
    assert [None] * length == read(cells)


def test_only_so_many_digits_before_the_end_are_read() -> None:
    column = text([b"x12", b"99:59", b"", b"0"])
    ends = column.starts + column.lengths
    values, fine = parse_digits(column, ends, np.array([2, 2, 0, 1], np.int32))
    assert [12, 59, 0, 0] == values.tolist()
    assert [True, True, False, True] == fine.tolist()


def test_an_empty_column_is_parsed() -> None:
    assert [] == read([])


def test_neighbours_are_not_read() -> None:
    """Cells lie one after the other: a short one must not see the one before it."""
    assert [12345678, 9, None, 1, 10**15] == read([b"12345678", b"9", b"", b"1", b"1" + b"0" * 15])


def test_text_of_a_slice_is_that_of_its_cells() -> None:
    array = pa.array([b"before", b"a", b"", "é東".encode(), b"after"], pa.binary())
    column = Text.of(array[1:4])
    assert [1, 0, 5] == column.lengths.tolist()
    whole = column.data.tobytes()
    places = zip(column.starts.tolist(), column.lengths.tolist(), strict=True)
    assert [b"a", b"", "é東".encode()] == [whole[at : at + size] for at, size in places]


def test_text_of_nothing() -> None:
    column = text([])
    assert [] == column.starts.tolist()
    assert [] == column.lengths.tolist()
    assert [] == text([b""]).select(np.array([], np.int64)).lengths.tolist()


def test_some_cells_of_a_text() -> None:
    cells = [b"10", b"200", b"", b"4"]
    some = text(cells).select(np.array([3, 1, 3], np.int64))
    values, fine = parse_digits(some, some.starts + some.lengths, some.lengths)
    assert [4, 200, 4] == values.tolist()
    assert fine.all()


def test_a_word_has_its_first_byte_lowest() -> None:
    column = text([b"abcdefgh", b"ij"])
    words = column.words_at(column.starts)
    assert int.from_bytes(b"abcdefgh", "little") == int(words[0])
    assert int.from_bytes(b"ij", "little") == int(words[1]) & 0xFFFF
    assert list(b"ai") == column.bytes_at(column.starts).tolist()


@pytest.mark.parametrize("cells", [[b""], [b"7"], [b"x" * 100]])
def test_words_may_reach_past_both_ends(cells: list[bytes]) -> None:
    """16 before the start and 24 past the end: which the parsers of timestamps and numbers need."""
    column = text(cells)
    before = column.words_at(column.starts - 16)
    past = column.words_at(column.starts + column.lengths + 16)
    assert [0] == before.tolist()
    assert [0] == past.tolist()


@given(st.lists(CELL, max_size=12))
def test_last_words_are_the_ends_of_the_cells(cells: list[bytes]) -> None:
    expected = [int.from_bytes(cell[-WORD:].rjust(WORD, b"\0"), "little") for cell in cells]
    assert expected == last_words(text(cells)).tolist()


@given(st.lists(st.text("0.-./é", max_size=10).map(str.encode) | CELL, max_size=12))
def test_how_much_is_after_the_only_point(cells: list[bytes]) -> None:
    ends = [cell[-WORD:] for cell in cells]
    expected = [len(end) - 1 - end.index(b".") if end.count(b".") == 1 else -1 for end in ends]
    assert expected == count_after_only(last_words(text(cells)), ord(".")).tolist()
