"""Runs of keys, sorted or compact, against a dictionary, with words that only an attacker could
make: equal first words, and words at the ends of buckets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.unique import compact_run
from csvgate.unique import runs as runs_module
from csvgate.unique.compact_run import CompactRun
from csvgate.unique.packed import PackedIntegers
from csvgate.unique.run import Run, merged, sort_order
from csvgate.unique.runs import Runs

LAST = 2**64 - 1
Key = tuple[int, int]
WORDS = st.integers(0, LAST) | st.sampled_from(
    [0, 1, 2, 2**16, 2**32, 2**48 - 1, 2**48, 2**48 + 1, 2**48 + 2**16, 2**63, LAST - 1, LAST]
)
KEYS = st.tuples(WORDS, WORDS)
LINES = st.integers(1, 300) | st.sampled_from([2**8, 2**16, 2**24, 2**32, 2**40, 2**62])
OWNERS = st.dictionaries(KEYS, LINES, min_size=1, max_size=60)


def run_of(owners: dict[Key, int]) -> Run:
    keys = sorted(owners)
    words = np.array(keys, np.uint64).reshape(-1, 2)
    lines = np.array([owners[key] for key in keys], np.int64)
    return Run(words[:, 0].copy(), words[:, 1].copy(), lines)


def divided(owners: dict[Key, int], count: int) -> list[Run]:
    """Return the keys in up to `count` runs."""
    keys = list(owners)
    parts = [{key: owners[key] for key in keys[at::count]} for at in range(count)]
    return [run_of(part) for part in parts if part]


def some_run(count: int, seed: int) -> Run:
    words = np.random.default_rng(seed).integers(0, LAST, (count, 2), np.uint64)
    order = sort_order(words[:, 0], words[:, 1])
    return Run(words[:, 0][order], words[:, 1][order], order + 1)


@given(OWNERS, st.lists(KEYS, max_size=20), st.integers(1, 5), st.integers(1, 50), st.data())
def test_a_run_finds_its_keys(
    owners: dict[Key, int], others: list[Key], count: int, at_once: int, data: st.DataObject
) -> None:
    asked = data.draw(st.permutations([*owners, *others, *((first, 1) for first, _ in owners)]))
    words = np.array(asked, np.uint64).reshape(-1, 2)
    expected = [owners.get(key, 0) for key in asked]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compact_run, "_MERGED_AT_ONCE", at_once)
        patch.setattr(compact_run, "_COMPARED_AT_ONCE", at_once)
        for run in (run_of(owners), CompactRun(divided(owners, count))):
            assert len(owners) == run.size
            rows, lines = run.find(words[:, 0].copy(), words[:, 1].copy())
            found = dict(zip(rows.tolist(), lines.tolist(), strict=True))
            assert len(rows) == len(found)
            assert expected == [found.get(row, 0) for row in range(len(asked))]
            assert expected == [run.find_one(*key) for key in asked]
            firsts = [first for part in run.first_words() for first in part.tolist()]
            assert sorted(first for first, _ in owners) == firsts


@pytest.mark.parametrize("far", [10, 2**8, 2**16, 2**24 - 100, 2**32, 2**62])
def test_lines_far_apart_and_words_that_are_alike(far: int) -> None:
    words = [low + high for low in (0, 1, 2**16, 2**48 - 1) for high in (0, 2**48, 2**63)]
    keys = [(first, second) for first in words for second in (0, 5, LAST)]
    owners = {key: 7 + at * far // len(keys) for at, key in enumerate(keys)}
    run = CompactRun(divided(owners, 3))
    assert list(owners.values()) == [run.find_one(*key) for key in keys]
    asked = np.array(keys, np.uint64)
    rows, lines = run.find(asked[:, 0].copy(), asked[:, 1].copy())
    assert list(owners.items()) == [
        (keys[row], line) for row, line in sorted(zip(rows.tolist(), lines.tolist(), strict=True))
    ]
    others = run.find(asked[:, 0].copy(), asked[:, 1] + np.uint64(2))
    assert 0 == len(others.rows)


@given(OWNERS, st.integers(1, 5))
def test_runs_are_merged_in_order(owners: dict[Key, int], count: int) -> None:
    one, other = run_of(owners), merged(divided(owners, count))
    assert [each.tolist() for each in one] == [each.tolist() for each in other]


@given(st.lists(KEYS | st.sampled_from([(1, 1), (1, 2), (2, 1)]), max_size=50))
def test_the_order_of_keys_is_stable(keys: list[Key]) -> None:
    words = np.array(keys, np.uint64).reshape(-1, 2)
    order = sort_order(words[:, 0].copy(), words[:, 1].copy())
    assert sorted(range(len(keys)), key=lambda at: keys[at]) == order.tolist()


@pytest.mark.parametrize("count", [1, 2, 3, 127, 128, 129, 40_000])
def test_hashes_are_sorted(count: int) -> None:
    run = some_run(count, 3)
    assert (run.first[1:] > run.first[:-1]).all()
    assert sorted(run.lines.tolist()) == list(range(1, count + 1))


@given(
    st.integers(0, LAST).flatmap(
        lambda low: st.lists(st.integers(low, LAST) | st.integers(low, min(LAST, low + 300)))
    )
)
def test_integers_are_packed(values: list[int]) -> None:
    low, high = min(values, default=0), max(values, default=0)
    packed = PackedIntegers(len(values), low, high)
    half = len(values) // 2
    packed.put(half, np.array(values[half:], np.uint64))
    packed.put(0, np.array(values[:half], np.uint64))
    assert values == packed.take(slice(None)).tolist()
    assert values[::-1] == packed.take(np.arange(len(values))[::-1]).tolist()
    assert values == [packed.one(at) for at in range(len(values))]


@pytest.mark.parametrize(
    ("span", "width"),
    list(
        zip(
            [0, 255, 256, 2**24 - 1, 2**24, 2**32, 2**48 - 1, 2**56 - 1, 2**56, 2**63],
            [1, 1, 2, 3, 4, 5, 6, 7, 8, 8],
            strict=True,
        )
    ),
)
def test_an_integer_takes_as_many_bytes_as_the_span_needs(span: int, width: int) -> None:
    packed = PackedIntegers(10, 7, 7 + span)
    assert 10 * width == sum(plane.nbytes for plane in packed.planes)
    packed.put(8, np.array([7, 7 + span], np.uint64))
    assert [7, 7 + span] == packed.take(np.array([8, 9])).tolist()


def test_a_key_of_a_compact_run_takes_17_bytes() -> None:
    run = CompactRun([some_run(1000, 1), some_run(1000, 2)])
    parts = [run._first, run._second, run._lines]
    assert [6, 8, 2] == [sum(plane.itemsize for plane in part.planes) for part in parts]
    far = some_run(1000, 3)._replace(lines=np.arange(1000) + 2**24 - 1000)
    assert [2, 1] == [
        plane.itemsize for plane in CompactRun([run_of({(1, 1): 1}), far])._lines.planes
    ]


def test_small_runs_are_merged_and_many_keys_become_compact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs_module, "_FAN", 4)
    monkeypatch.setattr(runs_module, "_COMPACT_KEYS", 100)
    runs, sizes = Runs(), {}
    for seed in range(1, 124):
        runs.add(some_run(1, seed))
        sizes[seed] = [run.size for run in runs]
    assert [[1], [1, 1], [1, 1, 1], [4], [4, 1]] == [sizes[at] for at in range(1, 6)]
    assert [16, 16, 16, 4, 4, 4, 1, 1, 1] == sizes[63]
    assert [64] == sizes[64]
    assert [64, 16, 16, 1, 1, 1] == sizes[99]
    assert [100] == sizes[100]
    assert [100, 16, 4, 1, 1, 1] == sizes[123]
    assert [CompactRun, Run] == [type(run) for run in runs][:2]
