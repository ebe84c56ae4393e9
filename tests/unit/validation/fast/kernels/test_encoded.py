"""Distinct cells are found by word, remembered from block to block, and never confused."""

import tracemalloc
from collections.abc import Sequence
from itertools import count

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.unique import grouping
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.cells import Cells
from csvgate.validation.fast.kernels.learning.dictionary import CellWords, encode
from csvgate.validation.fast.kernels.learning.distinct import DistinctKernel
from csvgate.validation.fast.kernels.learning.recent import UNSEEN, Recent
from unit.validation.fast.columns import slices
from unit.validation.files import contract

KEYED = KeyedHash()
WORD = st.integers(0, 3) | st.integers(0, 2**64 - 1)


@st.composite
def cells(draw: st.DrawFn) -> list[list[int]]:
    width = draw(st.integers(1, 2))
    return draw(st.lists(st.lists(WORD, min_size=width, max_size=width), min_size=1, max_size=20))


def array(words: Sequence[Sequence[int]]) -> npt.NDArray[np.uint64]:
    return np.array(words, np.uint64)


@given(cells())
def test_words_are_encoded(words: list[list[int]]) -> None:
    for are_hashes in {False, len(words[0]) == 2}:
        found = encode(CellWords(array(words), are_hashes), np.arange(1, len(words)), KEYED)
        assert words[1:] == found.distinct.take(found.indices, axis=0).tolist()
        assert len({tuple(word) for word in words[1:]}) == len(found.distinct) == len(found.rows)
        assert words[1:] == [words[row] for row in found.rows.take(found.indices)]


@given(st.lists(cells(), max_size=4))
def test_a_recent_cell_has_its_code_or_is_unseen(blocks: list[list[list[int]]]) -> None:
    blocks = [block for block in blocks if len(block[0]) == len(blocks[0][0])]
    known = dict[tuple[int, ...], int]()
    recent = Recent(len(blocks[0][0]) if blocks else 1)
    for block in blocks:
        codes = recent.codes(array(block)).tolist()
        for word, code in zip(block, codes, strict=True):
            assert code in (UNSEEN, known.get(tuple(word), UNSEEN))
        more = list(dict.fromkeys(tuple(w) for w in block if tuple(w) not in known))
        if more:
            fresh = dict(zip(more, count(len(known)), strict=False))
            recent.add(array(more), np.array(list(fresh.values()), np.int32))
            known |= fresh
            assert list(fresh.values())[-1] == recent.codes(array(more[-1:]))[0]


def test_a_replaced_word_is_unseen() -> None:
    recent, many = Recent(1), np.arange(1, 100_001, dtype=np.uint64).reshape(-1, 1)
    recent.add(many, np.arange(100_000, dtype=np.int32))
    codes = recent.codes(many)
    seen = np.flatnonzero(codes != UNSEEN)
    assert 0 < len(seen) < 100_000
    assert seen.tolist() == codes[seen].tolist()


def test_words_that_replace_each_other_take_no_more_memory() -> None:
    recent, many = Recent(1, 4), np.arange(1, 1001, dtype=np.uint64).reshape(-1, 1)
    codes = np.arange(1000, dtype=np.int32)
    tracemalloc.start()
    try:
        for _ in range(300):
            unseen = recent.codes(many) == UNSEEN
            recent.add(many[unseen], codes[unseen])
        assert tracemalloc.get_traced_memory()[0] < 200_000
    finally:
        tracemalloc.stop()


def test_a_column_of_thousands_has_a_small_table() -> None:
    rules = contract({"name": "a"})
    reader = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    for columns in (1, 64, 5_000, 2_000_000):
        distinct = DistinctKernel(reader, pa.string(), KEYED, columns)
        texts = [str(number) for number in range(300)]
        for _ in range(2):
            column = distinct.clear(slices([text.encode() for text in texts]))
            assert texts == column.values.cast(pa.string()).to_pylist()


@pytest.mark.parametrize("width", [1, 2, 5])
def test_cells_whose_first_words_collide_are_distinguished(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such cells are too rare to find, so the codes by the first word are made wrong here."""

    def one_code(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        return np.zeros(len(words), np.int32)

    monkeypatch.setattr(grouping, "dictionary_codes", one_code)
    one, other = b"a" * (8 * width - 1), b"b" * (8 * width - 2)
    rules = contract({"name": "a"})
    reader = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    kernel = DistinctKernel(reader, pa.string(), KEYED)
    for block in ([one, other], [other, one], [one, other] * 3, [other], [one]):
        for distinct in (kernel, DistinctKernel(reader, pa.string(), KEYED)):
            column = distinct.clear(slices(block))
            assert [text.decode() for text in block] == column.values.cast(pa.string()).to_pylist()


def test_more_distinct_cells_than_are_remembered() -> None:
    rules = contract({"name": "a", "missingValues": ["7"]})
    reader = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    distinct = DistinctKernel(reader, pa.string(), KEYED)
    for start in (0, 9_000, 18_000, 27_000, 0):
        texts = [str(number) for number in range(start, start + 12_000)]
        column = distinct.clear(slices([text.encode() for text in texts]))
        expected = [None if text == "7" else text for text in texts]
        assert expected == column.values.cast(pa.string()).to_pylist()


def test_more_distinct_numbers_than_are_remembered() -> None:
    """Cells that were seen before their values were forgotten are read again."""
    rules = contract({"name": "a", "type": "integer", "bigquery": "NUMERIC"})
    reader = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    distinct = DistinctKernel(reader, pa.decimal128(38, 9), KEYED)
    for start in (0, 9_000, 18_000, 27_000, 0):
        numbers = list(range(start, start + 12_000))
        column = distinct.clear(slices([b"%d" % number for number in numbers]))
        assert column.cleared is None
        assert numbers == column.values.to_pylist()
