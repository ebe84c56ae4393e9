"""Ascending keys, and words that sort like their values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")

from csvgate.unique.ascending import AscendingKeys  # noqa: E402
from csvgate.unique.column_hash import hash_column  # noqa: E402
from csvgate.unique.keyed_hash import KeyedHash  # noqa: E402
from csvgate.unique.ordered_words import order_of  # noqa: E402

KEYED = KeyedHash()
WORDS = st.lists(st.lists(st.integers(0, 30) | st.integers(2**64 - 5, 2**64 - 1)), max_size=5)


@settings(deadline=None)
@given(WORDS, st.integers(1, 4))
def test_keys_greater_than_all_before_are_kept(blocks: list[list[int]], smallest: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csvgate.unique.ascending._SMALLEST_PART", smallest)
        ascending, greatest, kept, line = AscendingKeys(), 0, dict[int, int](), 0
        for block in blocks:
            lines = np.arange(line + 1, line + 1 + len(block))
            new = ascending.add(np.array(block, np.uint64), lines)
            expected = []
            for word in block:
                line += 1
                expected.append(word > greatest)
                if word > greatest:
                    greatest, kept[word] = word, line
            assert expected == new.tolist()
        asked = [0, *range(31), *range(2**64 - 5, 2**64)]
        found = ascending.find(np.array(asked, np.uint64)).tolist()
        assert [kept.get(word, 0) for word in asked] == found
        drained = [
            pair
            for words, lines in ascending.drain()
            for pair in zip(words.tolist(), lines.tolist(), strict=True)
        ]
        assert list(kept.items()) == drained
        assert not ascending.find(np.array(asked, np.uint64)).any()


def test_parts_follow_one_another() -> None:
    ascending = AscendingKeys()
    for start in range(1, 300_000, 50_000):
        words = np.arange(start, start + 50_000, dtype=np.uint64)
        assert ascending.add(words, words.astype(np.int64) * 2).all()
    asked = np.array([1, 300_000, 300_001], np.uint64)
    assert [2, 600_000, 0] == ascending.find(asked).tolist()
    assert 300_000 == sum(len(words) for words, _ in ascending.drain())


TEXTS = st.lists(st.text("ab0é", min_size=0, max_size=20), min_size=1, max_size=8) | st.lists(
    st.from_regex(r"ORD-[0-9]{8}|ORE-[0-9]{8}|[0-9]{3}|[0-9]{8}|[a-b]{16}[0-9]{8}", fullmatch=True),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(TEXTS, st.integers(0, 3))
def test_words_of_strings(texts: list[str], skipped: int) -> None:
    values = pa.array(["x"] * skipped + texts, pa.string()).slice(skipped)
    order = order_of(values)
    if not texts[0]:
        assert order is None
        return
    assert order is not None
    first = texts[0].encode()
    read = order.words(values)
    fit = [len(t.encode()) == len(first) and t.encode().startswith(first[:-8]) for t in texts]
    assert fit == ([True] * len(texts) if read.fits is None else read.fits.tolist())
    fitting = [text for text, fits in zip(texts, fit, strict=True) if fits]
    assert [order.word(text) for text in fitting] == read.words.tolist()
    assert [None] * fit.count(False) == [
        order.word(text) for text, fits in zip(texts, fit, strict=True) if not fits
    ]
    by_word = [text for _, text in sorted(zip(read.words.tolist(), fitting, strict=True))]
    assert sorted(fitting, key=str.encode) == by_word
    expected = hash_column(pa.array(fitting, pa.string()), KEYED)
    assert expected.tolist() == order.hashes(read.words, KEYED).tolist()


@settings(deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_words_of_integers(numbers: list[int]) -> None:
    values = pa.array(numbers, pa.int64())
    order = order_of(values)
    assert order is not None
    words, fits = order.words(values)
    assert fits is None
    assert [order.word(number) for number in numbers] == words.tolist()
    assert sorted(numbers) == [n for _, n in sorted(zip(words.tolist(), numbers, strict=True))]
    assert hash_column(values, KEYED).tolist() == order.hashes(words, KEYED).tolist()
    assert order.word("1") is None


def test_other_types_have_no_order() -> None:
    assert order_of(pa.array([1.5])) is None
    assert order_of(pa.array(["a"]).dictionary_encode()) is None
    assert order_of(pa.array(["x" * 65])) is None
    assert order_of(pa.array([], pa.int64())) is None
