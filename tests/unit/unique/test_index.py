"""The index of keys against a dictionary, with thresholds so low that every part is used."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.unique import compact_run, runs
from csvgate.unique import index as index_module
from csvgate.unique.bloom_filter import KeyFilter
from csvgate.unique.compact_run import CompactRun
from csvgate.unique.index import KeyIndex
from csvgate.unique.keyed_hash import KeyedHash

KEYED = KeyedHash(bytes(32))
LAST = 2**64 - 1
Key = tuple[int, int]
WORDS = st.sampled_from([0, 1, 2, 2**32, 2**32 + 1, 2**63, LAST - 1, LAST])
KEYS = st.tuples(WORDS, WORDS) | st.tuples(st.integers(0, LAST), WORDS)
LINES = st.integers(1, 9) | st.sampled_from([2**16, 2**24, 2**32 - 1, 2**32 + 1, 2**62])
CLAIMS = st.lists(st.tuples(KEYS, LINES), max_size=9)
"""Claims with few different lines, so that some repeat a claim."""


class Reference:
    """A dictionary that does what the index does."""

    def __init__(self) -> None:
        self.lines: dict[Key, int] = {}

    def claim(self, key: Key, line: int) -> int:
        first = self.lines.setdefault(key, line)
        return 0 if first == line else first


def claim(index: KeyIndex, keys: list[Key], lines: list[int]) -> list[int]:
    hashes = np.array(keys, np.uint64).reshape(-1, 2)
    found: list[int] = index.claim(hashes, np.array(lines, np.int64)).tolist()
    return found


def some_keys(count: int, of: int, seed: int = 1) -> list[Key]:
    """Random keys, few of which are equal if `of` is large."""
    picked = np.random.default_rng(seed).integers(0, of, count).tolist()
    return [KEYED.value((number, seed)) for number in picked]


def thresholds(patch: pytest.MonkeyPatch, most: int) -> None:
    """Keys claimed one by one become a run after `most` of them, the filter grows from as many on
    and is often wrong, four runs are merged, and 20 times as many keys become a compact run, which
    is made and searched in small parts."""
    patch.setattr(index_module, "_SINGLES", max(1, most))
    patch.setattr(index_module, "_FIRST_FILTER", max(8, most))
    patch.setattr(index_module, "_ROOMY", 1)
    patch.setattr(index_module, "_TIGHT", 1)
    patch.setattr(index_module, "_LARGE_FILTER", max(1, 20 * most))
    patch.setattr(runs, "_FAN", 4)
    patch.setattr(runs, "_COMPACT_KEYS", max(1, 20 * most))
    patch.setattr(compact_run, "_MERGED_AT_ONCE", max(2, most))
    patch.setattr(compact_run, "_COMPARED_AT_ONCE", max(1, 5 * most))


@settings(max_examples=300)
@given(st.integers(0, 40), st.lists(CLAIMS | CLAIMS.map(lambda each: each[:1]), max_size=60))
def test_it_answers_like_a_dictionary(most: int, batches: list[list[tuple[Key, int]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        thresholds(patch, most)
        index, reference = KeyIndex(), Reference()
        for batch in batches:
            expected = [reference.claim(*each) for each in batch]
            keys, lines = [key for key, _ in batch], [line for _, line in batch]
            if len(batch) == 1:
                assert expected == [index.claim_one(*keys[0], lines[0])]
            else:
                assert expected == claim(index, keys, lines)


@pytest.mark.parametrize("most", [1, 300, 5_000, 100_000])
@pytest.mark.parametrize("of", [500, 30_000, 10_000_000])
@pytest.mark.parametrize("size", [700, 7_000])
def test_blocks_runs_and_merges(
    most: int, of: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    thresholds(monkeypatch, most)
    monkeypatch.setattr(runs, "_COMPACT_KEYS", 10_000)
    index, reference = KeyIndex(), Reference()
    keys = some_keys(35_000, of)
    for start in range(0, len(keys), size):
        batch = keys[start : start + size]
        lines = list(range(start + 1, start + 1 + len(batch)))
        expected = list(map(reference.claim, batch, lines))
        assert expected == claim(index, batch, lines)
        assert expected[:9] == [
            index.claim_one(*key, line) for key, line in zip(batch[:9], lines[:9], strict=True)
        ]


def test_keys_that_share_their_first_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an attacker can make such keys. They cover many runs, merged or not."""
    keys = [(7, second * 3) for second in range(5_000)] + [(8, 1), (6, 1), (7, LAST)]
    for most in (500, 100_000):
        thresholds(monkeypatch, most)
        index = KeyIndex()
        lines = list(range(1, len(keys) + 1))
        for start in range(0, len(keys), 400):
            some = slice(start, start + 400)
            assert [0] * len(keys[some]) == claim(index, keys[some], lines[some])
        assert lines == claim(index, keys, [9_999] * len(keys))
        assert lines == [index.claim_one(*key, 9_999) for key in keys]
        assert 0 == index.claim_one(7, 4, 10_000)


def test_a_key_belongs_to_the_first_line_that_claims_it() -> None:
    index = KeyIndex()
    one, two = (1, 1), (2, 2)
    assert [0, 0, 5, 5, 0] == claim(index, [one, two, one, one, two], [5, 6, 7, 4, 6])
    assert [5, 0, 6] == claim(index, [one, one, two], [1, 5, 2])
    assert [] == claim(index, [], [])


def test_claims_one_by_one_and_in_bulk_see_the_same_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thresholds(monkeypatch, 100)
    index = KeyIndex()
    keys = some_keys(1000, 10**9)
    for line, key in enumerate(keys[:500], 1):
        assert 0 == index.claim_one(*key, line)
    assert [*range(1, 501), *[0] * 500] == claim(index, keys, list(range(2001, 3001)))
    assert [*range(1, 501), *range(2501, 3001)] == [index.claim_one(*key, 9_999) for key in keys]


def test_a_key_that_the_filter_may_have_seen_is_searched_for_in_all_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thresholds(monkeypatch, 10)
    index = KeyIndex()
    keys = some_keys(1000, 10**9)
    for start in range(0, 1000, 10):
        claim(index, keys[start : start + 10], list(range(start + 1, start + 11)))
    assert [CompactRun] * 5 == [type(run) for run in index._runs][:5]
    assert list(range(1, 1001)) == claim(index, keys, [9_999] * 1000)


def test_the_filter_grows_with_the_keys() -> None:
    """A filter that is too full lets each new key be searched for in every run."""
    index = KeyIndex()
    for start in range(0, 600_000, 50_000):
        claim(index, some_keys(50_000, 10**9, start), list(range(start + 1, start + 50_001)))
    others = np.array(some_keys(50_000, 10**9, 1), np.uint64)[:, 0]
    assert index._filter.may_have(others).mean() < 0.02


def test_how_often_keys_are_added_to_a_filter_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the filter is small it grows to four times its size, to have four bytes a key, and then
    to twice its size, to have two."""
    monkeypatch.setattr(index_module, "_FIRST_FILTER", 1024)
    monkeypatch.setattr(index_module, "_LARGE_FILTER", 2**14)
    made, original = list[tuple[int, int]](), KeyFilter.__init__

    def init(self: KeyFilter, size: int) -> None:
        made.append((index._size if made else 0, size))
        original(self, size)

    monkeypatch.setattr(KeyFilter, "__init__", init)
    index, keys = KeyIndex(), some_keys(50_000, 10**9)
    for start in range(0, 50_000, 100):
        claim(index, keys[start : start + 100], list(range(start + 1, start + 101)))
    sizes = [(0, 2**10), (300, 2**12), (1100, 2**14), (8200, 2**15), (16_400, 2**16)]
    assert [*sizes, (32_800, 2**17)] == made


PROGRAM = """
import numpy as np
from pathlib import Path
from csvgate.unique.index import KeyIndex

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024
"""


def test_a_key_takes_little_memory() -> None:
    """4.3 million keys take 17 bytes each, 8 in the filter, and room to make a compact run: 73,
    34 and 90 MB. 2.1 million more take 36 MB."""
    program = """
index, before = KeyIndex(), peak()
def claim(count, start):
    for start in range(start, start + count, 50_000):
        words = np.random.default_rng(start).integers(0, 2**64 - 1, (50_000, 2), np.uint64)
        assert not index.claim(words, np.arange(start + 1, start + 50_001)).any()
claim(4_300_000, 0)
some = peak()
claim(2_100_000, 4_300_000)
assert some - before < 190, (before, some)
assert peak() - some < 42, (some, peak())
"""
    subprocess.run([sys.executable, "-c", PROGRAM + program], check=True)


def test_keys_that_ascend_at_first_move_to_the_index_without_a_copy_of_all() -> None:
    """Four million ascending keys take 11 bytes each. A block out of order moves them to the index,
    where they take 25, and gives their memory back as they go."""
    program = """
import pyarrow as pa
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.ordered_keys import OrderedKeys

keys, before = OrderedKeys(KeyIndex(), KeyedHash()), peak()
lines = np.arange(1, 50_001)
for start in range(0, 4_000_000, 50_000):
    assert not len(keys.claim(pa.array(lines + start), lines + start, {}).lines)
ascending = peak()
late = lines + 5_000_000
assert not len(keys.claim(pa.array(-lines), late, {}).lines)
assert keys.claim(pa.array(lines), late + 50_000, {}).owners.tolist() == lines.tolist()
assert ascending - before < 75, (before, ascending)
assert peak() - before < 165, (before, peak())
"""
    subprocess.run([sys.executable, "-c", PROGRAM + program], check=True)
