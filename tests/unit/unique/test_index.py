"""The index of keys against a dictionary, with thresholds so low that all of it is at work."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.unique import disk_run
from csvgate.unique import index as index_module
from csvgate.unique import tiers as tiers_module
from csvgate.unique.index import KeyIndex
from csvgate.unique.run import Run, merged
from csvgate.unique.value_hash import mixed

LAST = 2**64 - 1
Key = tuple[int, int]
WORDS = st.sampled_from([0, 1, 2, 2**32, 2**32 + 1, 2**63, LAST - 1, LAST])
KEYS = st.tuples(WORDS, WORDS) | st.tuples(st.integers(0, LAST), WORDS)
CLAIMS = st.lists(st.tuples(KEYS, st.integers(1, 9)), max_size=9)
"""Few lines, so that some claim the same key again."""


class Reference:
    """What the index does, in a dictionary."""

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
    """Random keys, of which few are alike when `of` is large."""
    picked = np.random.default_rng(seed).integers(0, of, count).tolist()
    return [mixed(number, seed) for number in picked]


def files_in(directory: Path) -> int:
    """Open files there, named or not."""
    links = (os.path.realpath(link) for link in Path("/proc/self/fd").iterdir())
    return sum(link.startswith(f"{directory}/") for link in links)


@settings(max_examples=300)
@given(st.integers(0, 40), st.lists(CLAIMS | CLAIMS.map(lambda each: each[:1]), max_size=60))
def test_it_is_as_a_dictionary(most: int, batches: list[list[tuple[Key, int]]]) -> None:
    index, reference = KeyIndex(most), Reference()
    for batch in batches:
        expected = [reference.claim(*each) for each in batch]
        if len(batch) == 1:
            [(key, line)] = batch
            assert expected == [index.claim_one(*key, line)]
        else:
            assert expected == claim(index, [key for key, _ in batch], [line for _, line in batch])
    index.close()


@pytest.mark.parametrize("most", [1, 300, 5_000, 100_000])
@pytest.mark.parametrize("of", [500, 30_000, 10_000_000])
@pytest.mark.parametrize("size", [700, 7_000])
def test_blocks_runs_and_merges(
    most: int, of: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_MOST_MERGED", 20_000)
    monkeypatch.setattr(disk_run, "_MERGED_AT_ONCE", 2)
    index, reference = KeyIndex(most), Reference()
    keys = some_keys(35_000, of)
    for start in range(0, len(keys), size):
        batch = keys[start : start + size]
        lines = list(range(start + 1, start + 1 + len(batch)))
        expected = list(map(reference.claim, batch, lines))
        assert expected == claim(index, batch, lines)
        assert expected[:9] == [
            index.claim_one(*key, line) for key, line in zip(batch[:9], lines[:9], strict=True)
        ]
    index.close()


def test_keys_that_share_their_first_word() -> None:
    """As none do unless somebody goes to great lengths: over many blocks, in memory and on disk."""
    keys = [(7, second * 3) for second in range(5_000)] + [(8, 1), (6, 1), (7, LAST)]
    for most in (500, 100_000):
        index = KeyIndex(most)
        lines = list(range(1, len(keys) + 1))
        for start in range(0, len(keys), 400):
            some = slice(start, start + 400)
            assert [0] * len(keys[some]) == claim(index, keys[some], lines[some])
        assert lines == claim(index, keys, [9_999] * len(keys))
        assert lines == [index.claim_one(*key, 9_999) for key in keys]
        assert 0 == index.claim_one(7, 4, 10_000)
        index.close()


def test_the_first_to_claim_has_it() -> None:
    index = KeyIndex()
    one, two = (1, 1), (2, 2)
    assert [0, 0, 5, 5, 0] == claim(index, [one, two, one, one, two], [5, 6, 7, 4, 6])
    assert [5, 0, 6] == claim(index, [one, one, two], [1, 5, 2])
    assert [] == claim(index, [], [])


def test_one_by_one_and_in_bulk_are_one() -> None:
    index = KeyIndex(100)
    keys = some_keys(1000, 10**9)
    for line, key in enumerate(keys[:500], 1):
        assert 0 == index.claim_one(*key, line)
    assert [*range(1, 501), *[0] * 500] == claim(index, keys, list(range(2001, 3001)))
    assert [*range(1, 501), *range(2501, 3001)] == [index.claim_one(*key, 9_999) for key in keys]
    index.close()


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    index = KeyIndex(100)
    for start in range(0, 12_000, 1000):
        claim(index, some_keys(1000, 10**9, start), list(range(1, 1001)))
    assert 1 <= files_in(tmp_path) <= 2 * tiers_module.FAN
    assert [] == list(tmp_path.iterdir()), "a killed process would leave it"
    index.close()
    assert 0 == files_in(tmp_path)


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """A file can have so many bytes: as good as a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 10_000, 150_000], ids=["at once", "while spilling", "merging"])
def test_a_full_disk_loses_nothing(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    index = KeyIndex(500)
    keys = some_keys(12_000, 10**9)
    failed = 0
    for start in range(0, len(keys), 1000):
        batch, lines = keys[start : start + 1000], list(range(start + 1, start + 1001))
        with disk_of(size):
            try:
                found = claim(index, batch, lines)
            except OSError:
                failed += 1
                found = []
        if not found:  # there is room again
            found = claim(index, batch, lines)
        assert [0] * 1000 == found
    assert failed
    assert list(range(1, 12_001)) == claim(index, keys, [20_000] * 12_000)
    index.close()
    assert 0 == files_in(tmp_path)


def test_runs_are_merged_while_they_are_small() -> None:
    tiers = tiers_module.Tiers(merged, most=100)
    for line in range(1, 200):
        word = np.array([line], np.uint64)
        tiers.add(Run(word, word, word.astype(np.int64)))
        tiers.tidy()
    assert [64, 64, 64, 1, 1, 1, 1, 1, 1, 1] == [run.size for run in tiers]


def test_memory_is_bounded() -> None:
    """Two million keys: in memory all of them would take 48 MB."""
    program = """
import resource, numpy as np
from csvgate.unique.value_hash import mixed
from csvgate.unique.index import KeyIndex

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

index, before = KeyIndex(100_000), peak()
for start in range(0, 2_000_000, 50_000):
    words = np.random.default_rng(start).integers(0, 2**64 - 1, (50_000, 2), np.uint64)
    assert not index.claim(words, np.arange(start + 1, start + 50_001)).any()
assert (index.claim(words, np.arange(1, 50_001)) > 1_950_000).all()
assert peak() - before < 45, (before, peak())
"""
    subprocess.run([sys.executable, "-c", program], check=True)
