"""The first line of each key of a column counts, in whatever order the keys come."""

from collections.abc import Hashable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")

from csvgate.unique.index import KeyIndex  # noqa: E402
from csvgate.unique.keyed_hash import KeyedHash  # noqa: E402
from csvgate.validation.fast.ordered_keys import OrderedKeys  # noqa: E402

Block = list[tuple[Hashable, bool]]
"""Keys in the order of their lines, and whether each is claimed by column."""


def blocks(key: "st.SearchStrategy[Hashable]") -> "st.SearchStrategy[list[Block]]":
    return st.lists(st.lists(st.tuples(key, st.booleans()), max_size=12), max_size=6)


NUMBERS = blocks(st.integers(-5, 40))
TEXTS = blocks(
    st.integers(0, 40).map("ORD-{:08}".format) | st.sampled_from(["", "ORD-1", "X" * 70])
)


@st.composite
def mostly_in_order(draw: st.DrawFn) -> list[Block]:
    found, key = list[Block](), 0
    for block in draw(blocks(st.sampled_from([1, 1, 1, 1, 2, 0, -3]))):
        out: Block = []
        for step, by_column in block:
            key += int(str(step))
            out.append((f"K{key:04}", by_column))
        found.append(out)
    return found


@settings(deadline=None)
@given(NUMBERS | TEXTS | mostly_in_order(), st.integers(1, 4))
def test_the_first_line_of_a_key_counts(given_blocks: list[Block], smallest: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csvgate.unique.ascending._SMALLEST_PART", smallest)
        _first_line_stands(given_blocks)


def _first_line_stands(given_blocks: list[Block]) -> None:
    keys, owner, line = OrderedKeys(KeyIndex(), KeyedHash()), dict[Hashable, int](), 1
    whole = any(isinstance(key, int) for block in given_blocks for key, _ in block)
    for block in given_blocks:
        expected, by_column, others = dict[int, int](), dict[int, Hashable](), dict[int, Hashable]()
        for key, is_column in block:
            line += 1
            (by_column if is_column else others)[line] = key
            if owner.setdefault(key, line) != line:
                expected[line] = owner[key]
        values = pa.array(list(by_column.values()), pa.int64() if whole else pa.string())
        lines = np.array(list(by_column), np.int64)
        shuffled = dict(reversed(others.items()))
        taken = keys.claim(values, lines, shuffled)
        assert expected == dict(zip(taken.lines.tolist(), taken.owners.tolist(), strict=True))
        assert sorted(expected) == taken.lines.tolist()
        # The same claims made again change nothing.
        again = keys.claim(values, lines, shuffled)
        assert taken.owners.tolist() == again.owners.tolist()


def test_keys_may_come_as_a_dictionary() -> None:
    keys = OrderedKeys(KeyIndex(), KeyedHash())
    plain = pa.array(["A1", "A2", "A3"])
    assert [] == keys.claim(plain, np.array([2, 3, 4]), {}).lines.tolist()
    coded = pa.array(["A2", "A4", "A4"]).dictionary_encode()
    taken = keys.claim(coded, np.array([5, 6, 7]), {8: "A4", 9: "A5"})
    assert [(5, 3), (7, 6), (8, 6)] == list(
        zip(taken.lines.tolist(), taken.owners.tolist(), strict=True)
    )
